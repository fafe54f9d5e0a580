using System.Collections.Immutable;
using Planner.Devices;
using Planner.Measurements;
using Planner.Simulation;
using Xunit;
using static Planner.Measurements.DeviceState;

namespace Planner.Tests.Simulated;

public class SimulatedDeviceTests
{
    private readonly VirtualClock _clock = new();

    [Fact]
    public void A_command_takes_as_long_as_its_arcs()
    {
        var device = Make(TestProfiles.With(TestProfiles.AllFlags));
        var before = _clock.NowNanoseconds;

        var result = device.SetState(StopCopy);

        Assert.Equal(new ArcResult(ArcOutcome.Completed, StopCopy, Errno.None, TimeSpan.FromMilliseconds(3)), result);
        Assert.Equal(3_000_000, _clock.NowNanoseconds - before);
    }

    [Fact]
    public void An_arc_that_does_not_exist_is_refused_at_once()
    {
        var device = Make(TestProfiles.With(TestProfiles.AllFlags));
        device.Go(StopCopy);

        Assert.Equal(new ArcResult(ArcOutcome.Failed, StopCopy, Errno.EINVAL, TimeSpan.Zero), device.SetState(PreCopy));
    }

    [Fact]
    public void A_deadline_is_on_the_device_clock()
    {
        var device = Make(TestProfiles.With(TestProfiles.AllFlags) with { Deadline = new DeadlineProfile(DeadlineShape.A, 0xfd01, true) });
        Assert.Equal(Answer.Yes, device.Offer.OffersDeadline);

        Assert.Equal(ArcOutcome.Refused, device.SetStateBy(StopCopy, _clock.NowNanoseconds + 2_900_000).Outcome);
        Assert.Equal(Running, device.GetState());
        Assert.Equal(ArcOutcome.Completed, device.SetStateBy(StopCopy, _clock.NowNanoseconds + 3_100_000).Outcome);
    }

    [Fact]
    public void Reading_lasts_as_long_as_the_rate_says_and_the_first_byte_comes_later()
    {
        var device = new SimulatedDevice(
            TestProfiles.With(MigrationCapabilities.StopCopy, 10_000_000) with { ReadBytesPerSecond = 1e9 },
            "sim:test",
            new SimulatedDeviceOptions { TimeToFirstByte = TimeSpan.FromMilliseconds(4) },
            _clock);
        device.Go(StopCopy);
        var before = _clock.NowNanoseconds;

        Assert.Equal(10_000_000, device.ReadAll().Length);

        Assert.Equal(14_000_000, _clock.NowNanoseconds - before, 2_000d);
    }

    [Fact]
    public void Loading_takes_a_fixed_time_and_the_rate_and_is_done_before_RESUMING_is_left()
    {
        var source = Make(TestProfiles.With(MigrationCapabilities.StopCopy, 10_000_000));
        source.Go(StopCopy);
        var image = source.ReadAll();
        var target = Make(TestProfiles.With(MigrationCapabilities.StopCopy) with { Load = new LoadProfile(TimeSpan.FromMilliseconds(5), 2e9) });
        target.Go(Stop, Resuming);
        var before = _clock.NowNanoseconds;

        foreach (var chunk in image.Chunk(32_768))
        {
            target.Write(chunk);
        }

        target.Go(Stop);

        Assert.Equal(5_000_000 + 5_000_000 + 1_000_000, _clock.NowNanoseconds - before, 2_000d);
    }

    [Theory]
    [InlineData(Running)]
    [InlineData(Stop)]
    [InlineData(Resuming)]
    public void Nothing_can_be_read_outside_of_the_saving_states(DeviceState state)
    {
        var device = Make(TestProfiles.With(TestProfiles.AllFlags));
        device.Go(state);

        var e = Assert.Throws<DeviceException>(() => device.Read(new byte[10]));
        Assert.Equal((DeviceFault.Failed, Errno.EINVAL), (e.Fault, e.Errno));
    }

    [Theory]
    [InlineData(Running)]
    [InlineData(Stop)]
    [InlineData(StopCopy)]
    [InlineData(PreCopy)]
    public void Nothing_can_be_written_outside_of_RESUMING(DeviceState state)
    {
        var device = Make(TestProfiles.With(TestProfiles.AllFlags));
        device.Go(state);

        Assert.Equal(Errno.EINVAL, Assert.Throws<DeviceException>(() => device.Write(new byte[10])).Errno);
    }

    [Fact]
    public void What_the_profile_does_not_offer_is_not_offered()
    {
        var device = Make(TestProfiles.With(MigrationCapabilities.StopCopy));

        Assert.Equal(
            (Answer.No, Answer.No, Answer.No, Answer.No),
            (device.Offer.OffersDataSize, device.Offer.OffersPreCopyInfo, device.Offer.OffersArcLatency, device.Offer.OffersDeadline));
        Assert.Equal(DeviceFault.NotOffered, Assert.Throws<DeviceException>(() => device.GetDataSizeBytes()).Fault);
        Assert.Equal(DeviceFault.NotOffered, Assert.Throws<DeviceException>(() => device.GetPreCopyInfo()).Fault);
        Assert.Equal(DeviceFault.NotOffered, Assert.Throws<DeviceException>(() => device.GetWorstArcLatency(new Arc(Running, Stop))).Fault);
        Assert.Equal((ArcOutcome.Failed, Errno.ENOTTY), (device.SetStateBy(Stop, 1).Outcome, device.SetStateBy(Stop, 1).Errno));
    }

    [Fact]
    public void The_offer_says_what_the_profile_says()
    {
        var profile = BuiltInProfiles.FastNic;
        var offer = Make(profile).Offer;

        Assert.Equal((profile.DeviceClass, profile.Capabilities, profile.CommitArc), (offer.DeviceClass, offer.Capabilities, offer.CommitArc));
        Assert.All([offer.OffersDataSize, offer.OffersPreCopyInfo, offer.OffersArcLatency, offer.OffersReset], answer => Assert.Equal(Answer.Yes, answer));
        Assert.Equal(TimeSpan.FromMilliseconds(40), offer.StatedWorstCases[new Arc(PreCopyP2P, StopCopy)]);
        Assert.Equal(TimeSpan.FromMilliseconds(5), offer.StatedWorstCases[new Arc(StopCopy, Stop)]);
        Assert.Equal(15, offer.StatedWorstCases.Count);
    }

    [Fact]
    public void An_arc_of_which_no_worst_case_is_stated_has_none_in_the_offer() =>
        Assert.Empty(Make(TestProfiles.With(TestProfiles.AllFlags) with
        {
            DefaultLatency = new LogNormalLatency(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2)),
        }).Offer.StatedWorstCases);

    [Fact]
    public void Seen_through_an_interface_without_P2P_a_device_keeps_what_that_interface_allows()
    {
        var quiet = new ArcFault(new Arc(RunningP2P, Stop), Errno.EIO, 1, Stop);
        var kept = new ArcFault(new Arc(Stop, StopCopy), Errno.EIO, 1, Stop);
        var profile = TestProfiles.With(TestProfiles.AllFlags) with
        {
            CommitArc = new Arc(RunningP2P, Stop),
            Latencies = ImmutableDictionary<Arc, LatencyProfile>.Empty
                .Add(new Arc(RunningP2P, Stop), TestProfiles.Always(TimeSpan.FromSeconds(1)))
                .Add(new Arc(Stop, StopCopy), TestProfiles.Always(TimeSpan.FromSeconds(2))),
            Faults = [quiet, kept],
        };

        var seen = profile.WithCapabilities(MigrationCapabilities.StopCopy | MigrationCapabilities.PreCopy);

        Assert.Equal(new Arc(PreCopy, StopCopy), seen.CommitArc);
        Assert.Equal([new Arc(Stop, StopCopy)], seen.Latencies.Keys);
        Assert.Equal([kept], seen.Faults);
    }

    [Fact]
    public async Task A_question_waits_behind_an_arc()
    {
        var profile = TestProfiles.With(MigrationCapabilities.StopCopy) with { DefaultLatency = TestProfiles.Always(TimeSpan.FromMilliseconds(100)) };
        var device = new SimulatedDevice(profile, "sim:test");
        using var begun = new ManualResetEventSlim();
        var arc = Task.Run(
            () =>
            {
                begun.Set();
                return device.SetState(Stop);
            },
            TestContext.Current.CancellationToken);
        begun.Wait(TestContext.Current.CancellationToken);

        // Whenever it is asked, the device tells the state before the arc or after it, and never tells the new one early.
        while (device.GetState() == Running)
        {
            await Task.Yield();
        }

        Assert.True((await arc).Took >= TimeSpan.FromMilliseconds(100));
    }

    private SimulatedDevice Make(DeviceProfile profile) => new(profile, "sim:test", new SimulatedDeviceOptions { Seed = 2 }, _clock);
}
