using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Engine;

/// <summary>A machine whose hypervisor counts device state that it does not tell, and one whose passes are over before anybody can look.</summary>
public sealed class SwitchoverJudgeDeviceTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public void A_permission_that_is_not_used_shows_that_more_is_counted_than_told()
    {
        var judge = Judge(Dev0, within: 5);
        var judgement = Passes(judge, from: 0, to: 6, bytesPerSecond: 50e6);

        Assert.Equal(SwitchoverAction.Abort, judgement.Action);
        Assert.Contains("counts more than it tells", judgement.Reason, StringComparison.Ordinal);
        Assert.Contains("11.1", judgement.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void That_more_is_counted_than_told_is_said_once_and_the_unused_permission_is_not_told_again_and_again()
    {
        var judge = Judge(Dev0, within: 60);
        var news = new List<PassJudgement>();
        Passes(judge, from: 0, to: 30, bytesPerSecond: 50e6, seen: judgement => news.AddRange(judgement.IsNews ? [judgement] : []));

        Assert.Single(news, n => n.Gate!.Note is { } note && note.Contains("counts more than it tells", StringComparison.Ordinal));
        Assert.InRange(news.Count(n => n.Gate!.Decision.Verdict == Verdict.Commit), 1, 3);
    }

    [Fact]
    public void A_machine_without_passed_through_devices_may_have_something_that_is_not_told_either()
    {
        var judge = new SwitchoverJudge(new KnownMachine().Snapshots(), Terms(limit: 0.3, within: 5), "earliest", 0);
        var judgement = Passes(judge, 0, 6, 50e6, deviceBytes: null);

        Assert.Equal(SwitchoverAction.Abort, judgement.Action);
        Assert.Contains("vhost-user", judgement.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_permission_that_nobody_gave_shows_nothing()
    {
        // As 'planner watch' looks at a migration that somebody else drives.
        var judge = Judge(Dev0, within: null);
        var judgement = Passes(judge, 0, 6, 50e6, isPermitted: false);

        Assert.Equal((SwitchoverAction.Commit, 0), (judgement.Action, judge.DeviceStateBytes));
    }

    [Fact]
    public void State_that_is_found_out_never_makes_less_of_what_is_known()
    {
        var machine = new KnownMachine(Dev0);
        machine.Memory.Add(new StateSizeSample(machine.Keys.StateClass, null, 12 * MiB, DateTimeOffset.UnixEpoch));
        var judge = new SwitchoverJudge(machine.Snapshots(), Terms(limit: 0.4, within: null), "earliest", 0);
        Passes(judge, 0, 3, 50e6);

        Assert.True(judge.DeviceStateBytes >= 12 * MiB, $"{judge.DeviceStateBytes}");
    }

    [Fact]
    public void A_permission_leaves_room_for_the_state_that_is_known_and_not_told()
    {
        var machine = new KnownMachine(Dev0);
        machine.Memory.Add(new StateSizeSample(machine.Keys.StateClass, null, 8 * MiB, DateTimeOffset.UnixEpoch));
        var judge = new SwitchoverJudge(machine.Snapshots(), Terms(limit: 1, within: null), "earliest", 0);

        Assert.InRange(Passes(judge, 0, 0.3, 50e6).AllowBytes, 8 * MiB * 5 / 4, 60 * MiB);
    }

    [Fact]
    public void Where_every_answer_is_a_new_pass_the_rate_comes_from_passes()
    {
        var judge = Judge(Dev0, within: null);
        var judgement = Passes(judge, 0, 0.3, 50e6, tellBetween: false);

        Assert.Equal(50e6, judge.BytesPerSecond);
        Assert.Equal(SwitchoverAction.Commit, judgement.Action);
    }

    [Fact]
    public void A_link_that_has_nothing_to_do_is_not_taken_for_a_slow_one()
    {
        var judge = Judge(Dev0, within: null);
        judge.Consider(Progress(0.1, 1, isPass: false, 50e6, 0) with { RemainingBytes = 20 * MiB });
        Passes(judge, 0.2, 3, bytesPerSecond: 3e6);

        Assert.Equal(50e6, judge.BytesPerSecond);
    }

    [Fact]
    public void A_link_that_has_become_slower_is_seen_to_be()
    {
        var judge = Judge(Dev0, within: null);
        judge.Consider(Progress(0.1, 1, isPass: false, 50e6, 0) with { RemainingBytes = 20 * MiB });
        for (var i = 0; i < 40; i++)
        {
            judge.Consider(Progress(0.2 + (0.1 * i), 1, isPass: false, 3e6, 0) with { RemainingBytes = 20 * MiB });
        }

        Assert.Equal(3e6, judge.BytesPerSecond);
    }

    [Fact]
    public void A_machine_that_turns_out_to_have_devices_is_not_judged_by_those_without()
    {
        var plain = new KnownMachine();
        for (var i = 0; i < 20; i++)
        {
            plain.Memory.Add(new BlackoutSample(plain.Keys.Blackouts.Text, "lab", BlackoutKind.Commit, BlackoutSpan.Whole, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(21), DateTimeOffset.UnixEpoch));
        }

        var terms = Terms(limit: 0.4, within: null) with { WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Stay };
        SwitchoverJudge Make() => new(
            plain.Snapshots(), terms, "earliest", 0, withUnknownDevices: new KnownMachine(MachineKeys.OfUnknownDevices(KnownMachine.Offer(), "vm1", KnownMachine.Hosts), plain.Memory).Snapshots());

        Assert.Equal(SwitchoverAction.Commit, Passes(Make(), 0, 0.3, 50e6, deviceBytes: null).Action);
        Assert.Equal(SwitchoverAction.Wait, Passes(Make(), 0, 0.3, 50e6).Action);
    }

    private static MigratableDevice Dev0 => KnownMachine.Device("dev0", "a");

    private static SwitchoverJudge Judge(MigratableDevice device, double? within) => new(new KnownMachine(device).Snapshots(), Terms(limit: 0.3, within), "earliest", 0);

    private static SlaTerms Terms(double limit, double? within) => new()
    {
        Class = "lab",
        BlackoutLimitSeconds = limit,
        Confidence = 0.9,
        CompleteWithinSeconds = within,
        WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept,
    };

    /// <summary>A pass with nothing left every 50 ms, and a look between two of them; ends early where the judge gives up.</summary>
    private static PassJudgement Passes(SwitchoverJudge judge, double from, double to, double bytesPerSecond, bool tellBetween = true, long? deviceBytes = 0, bool isPermitted = true, Action<PassJudgement>? seen = null)
    {
        PassJudgement? last = null;
        var pass = 0;
        for (var t = from; t <= to && last?.Action != SwitchoverAction.Abort; t += 0.05)
        {
            if (tellBetween)
            {
                judge.Consider(Progress(t, pass, isPass: false, bytesPerSecond, deviceBytes));
            }

            last = judge.Consider(Progress(t + 0.02, ++pass, isPass: true, bytesPerSecond, deviceBytes));
            seen?.Invoke(last);
            if (isPermitted && last is { Action: SwitchoverAction.Commit, AllowBytes: var bytes })
            {
                judge.Permitted(bytes, (long)((t + 0.02) * 1e9));
            }
        }

        return last!;
    }

    private static PreCopyProgressed Progress(double seconds, int pass, bool isPass, double bytesPerSecond, long? deviceBytes) => new()
    {
        ReceivedNanoseconds = (long)(seconds * 1e9),
        IsPass = isPass,
        Pass = pass,
        RemainingBytes = 4096,
        BytesPerSecond = bytesPerSecond,
        TotalBytes = 64 * MiB,
        SentBytes = MiB,
        DeviceSentBytes = deviceBytes,
    };
}
