using Planner.Documents;
using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Xunit;
using static Planner.Measurements.DeviceState;
using static Planner.Tests.Engine.KnownMachine;

namespace Planner.Tests.Engine;

public sealed class PassedDevicesTests
{
    private const double Rate = 50e6;
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void The_class_of_a_machine_names_its_devices_and_not_their_order()
    {
        Assert.Equal("qemu/10.0/tcg", Offer().MachineClass);
        Assert.Equal(Offer(Device("dev0", "a"), Device("dev1", "b")).MachineClass, Offer(Device("dev0", "b"), Device("dev1", "a")).MachineClass);
        Assert.NotEqual(Offer(Device("dev0", "a")).MachineClass, Offer(Device("dev0", "a"), Device("dev1", "a")).MachineClass);
        Assert.NotEqual(Offer(Device("dev0", "a")).MachineClass, Offer(Device("dev0", "a") with { TellsArcs = false }).MachineClass);
    }

    [Fact]
    public void A_device_of_which_nothing_is_known_shares_its_class_with_nobody() =>
        Assert.NotEqual(
            new MigratableDevice { Name = "dev0", HostAddress = "0000:01:00.1" }.Class, new MigratableDevice { Name = "dev0", HostAddress = "0000:01:00.2" }.Class);

    [Fact]
    public void Before_anything_was_measured_a_class_that_stays_stays_and_one_that_accepts_is_told_that_it_is_a_guess()
    {
        var machine = new KnownMachine(Device("dev0", "a"));
        machine.See("dev0", PreCopy);

        var stays = Explain(machine, InsufficientEvidenceAction.Stay);
        Assert.Equal("stay", stays.Verdict);
        Assert.Contains("dev0 was measured yet", stays.Reason, StringComparison.Ordinal);

        var accepts = Explain(machine, InsufficientEvidenceAction.Accept);
        Assert.Equal("commit", accepts.Verdict);
        Assert.Contains("a guess", accepts.Reason, StringComparison.Ordinal);
        Assert.All(accepts.Terms.Where(t => t.Device == "dev0" && t.Term.StartsWith("arc", StringComparison.Ordinal)), t => Assert.Equal(0, t.Samples));
    }

    [Fact]
    public void Once_its_arcs_were_seen_they_are_terms_of_the_bound_and_name_the_reason()
    {
        var machine = Learned(stopCopySeconds: 0.3);
        var explained = Explain(machine, InsufficientEvidenceAction.Accept, limit: 0.1);

        Assert.Equal("stay", explained.Verdict);
        Assert.Contains("arc PRE_COPY_P2P->STOP_COPY of dev0", explained.Reason, StringComparison.Ordinal);
        Assert.Contains(explained.Terms, t => t is { Term: "arc RESUMING->RUNNING_P2P", Device: "dev0", P50Seconds: > 0.03 });
    }

    [Fact]
    public void Arcs_of_two_devices_add_up()
    {
        var one = Learned(stopCopySeconds: 0.1);
        var two = new KnownMachine(one.Memory, Device("dev0", "a"), Device("dev1", "a"));
        two.See("dev0", PreCopy);
        two.See("dev1", PreCopy);

        // 0.16 s of arcs each, beside what the machine itself takes.
        Assert.Equal(0.16, Decide(two).PredictedSeconds - Decide(one).PredictedSeconds, 0.005);
    }

    [Theory]
    [InlineData(1, 0.9, 2)]
    [InlineData(8, 0.9, 2)]
    [InlineData(9, 0.9, 0)]
    [InlineData(98, 0.99, 2)]
    [InlineData(99, 0.99, 0)]
    public void Few_samples_are_widened_until_a_quantile_of_them_means_something(int samples, double confidence, int assumed)
    {
        var machine = new KnownMachine(Device("dev0", "a"));
        var arc = new Arc(Resuming, RunningP2P);
        for (var i = 0; i < samples; i++)
        {
            machine.Memory.Add(new ArcSample("dev0", machine.Keys.ClassOf("dev0")!, arc, TimeSpan.FromSeconds(0.1), ArcOutcome.Completed, Start));
        }

        var snapshot = machine.Snapshots().Snapshot(new SlaTerms { BlackoutLimitSeconds = 1, Confidence = confidence }, Rate, 0, 0, []);
        var found = snapshot.Devices.Single(d => d.Name == "dev0").Arcs.Single(a => a.From == "RESUMING");
        Assert.Equal((assumed, samples + assumed), (found.Assumed, found.Seconds.Count));
        Assert.Equal(assumed == 0 ? 0.1 : 0.125, found.Seconds.Max(), 1e-9);
        Assert.Equal(0.1, found.Seconds.Order().ElementAt(found.Seconds.Count / 2), 1e-9);
    }

    [Fact]
    public void The_state_of_devices_is_learned_where_it_is_not_told()
    {
        var machine = Learned(stopCopySeconds: 0.1);
        machine.Memory.Add(new StateSizeSample(machine.Keys.StateClass, null, 8_000_000, Start));
        machine.Memory.Add(new TransferSample(machine.Keys.StateClass, TransferPhase.StopCopy, 8_000_000, TimeSpan.Zero, TimeSpan.FromSeconds(0.08), Start));

        Assert.Equal(8_000_000, machine.Snapshots().DeviceStateBytes);
        var terms = Explain(machine, InsufficientEvidenceAction.Accept).Terms;
        Assert.Equal(0.16, terms.Single(t => t is { Term: "transfer state", Device: "dev0" }).P50Seconds!.Value, 0.001);
        var work = terms.Single(t => t is { Term: "read and load state", Device: "dev0" });
        Assert.Equal(0.08, work.P50Seconds!.Value, 0.001);
        Assert.Equal(1, work.Samples);
    }

    [Fact]
    public void Evidence_of_machines_without_devices_is_no_evidence_for_one_with_a_device()
    {
        var plain = new KnownMachine();
        for (var i = 0; i < 20; i++)
        {
            plain.Memory.Add(new BlackoutSample(plain.Keys.Blackouts.Text, "lab", BlackoutKind.Commit, BlackoutSpan.Whole, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(21), Start));
        }

        var withDevice = new KnownMachine(plain.Memory, Device("dev0", "a"));

        Assert.Equal("commit", Explain(plain, InsufficientEvidenceAction.Stay).Verdict);
        Assert.Equal("stay", Explain(withDevice, InsufficientEvidenceAction.Stay).Verdict);
    }

    [Fact]
    public void Where_arcs_are_not_told_only_whole_blackouts_carry_a_commit()
    {
        var machine = new KnownMachine(Device("dev0", "a") with { TellsArcs = false });
        var snapshot = Snapshot(machine, InsufficientEvidenceAction.Stay, 0.5);

        Assert.True(snapshot.WholeOnly);
        Assert.Equal([MachineKeys.Participant], snapshot.Devices.Select(d => d.Name));
    }

    private static KnownMachine Learned(double stopCopySeconds)
    {
        var machine = new KnownMachine(Device("dev0", "a"));
        var deviceClass = machine.Keys.ClassOf("dev0")!;
        for (var i = 0; i < 3; i++)
        {
            foreach (var (arc, seconds) in new[]
            {
                (new Arc(PreCopy, PreCopyP2P), 0.01), (new Arc(PreCopyP2P, StopCopy), stopCopySeconds), (new Arc(Resuming, RunningP2P), 0.04), (new Arc(RunningP2P, Running), 0.01),
            })
            {
                machine.Memory.Add(new ArcSample("dev0", deviceClass, arc, TimeSpan.FromSeconds(seconds), ArcOutcome.Completed, Start));
            }
        }

        machine.See("dev0", PreCopy);
        return machine;
    }

    private static DecisionSnapshot Snapshot(KnownMachine machine, InsufficientEvidenceAction action, double limit) =>
        machine.Snapshots().Snapshot(new SlaTerms { Class = "lab", BlackoutLimitSeconds = limit, Confidence = 0.9, WhenEvidenceIsInsufficient = action }, Rate, 0, machine.Snapshots().DeviceStateBytes, []);

    private static ExplainedDecision Explain(KnownMachine machine, InsufficientEvidenceAction action, double limit = 0.6)
    {
        // Through the text, as a decision is repeated.
        var evaluator = SwitchoverEvaluator.Prepare(DecisionJson.ReadSnapshot(DecisionJson.WriteSnapshot(Snapshot(machine, action, limit)), "test"));
        return evaluator.Explain(evaluator.Decide(evaluator.Moment), evaluator.Moment);
    }

    private static Decision Decide(KnownMachine machine)
    {
        var evaluator = SwitchoverEvaluator.Prepare(Snapshot(machine, InsufficientEvidenceAction.Accept, 1));
        return evaluator.Decide(evaluator.Moment);
    }
}
