using Planner.Measurements;
using Planner.Sessions;
using Planner.Simulation;
using Planner.Tests.Simulated;
using Xunit;

namespace Planner.Tests.Sessions;

/// <summary>Measuring a device: every arc, and always back to where it was found, with the state it had.</summary>
public sealed class ArcWalkTests
{
    public static TheoryData<MigrationCapabilities> CapabilitySets() => [.. MigrationCapabilitySets.All];

    private static SimulatedDevice Device(MigrationCapabilities capabilities, ulong seed = 1) => new(
        TestProfiles.With(capabilities) with { DefaultLatency = TestProfiles.Always(TimeSpan.FromMicroseconds(20)) },
        "sim:test",
        new SimulatedDeviceOptions { Seed = seed });

    [Theory]
    [MemberData(nameof(CapabilitySets))]
    public void A_tour_takes_every_arc_of_the_capability_set_by_itself(MigrationCapabilities capabilities)
    {
        var tour = ArcTour.Of(capabilities);
        var arcs = tour.Prepend(DeviceState.Running).Zip(tour, (from, to) => new Arc(from, to)).ToArray();

        Assert.Equal(DeviceState.Running, tour[^1]);
        Assert.All(arcs, arc => Assert.True(MigrationStateMachine.IsSingleArc(arc, capabilities), $"{arc}"));
        Assert.Equal(DeviceProfile.SingleArcs(capabilities).Select(a => a.ToString()).Order(), arcs.Select(a => a.ToString()).Distinct().Order());
    }

    [Theory]
    [MemberData(nameof(CapabilitySets))]
    public void Rounds_measure_arcs_saving_and_loading_and_leave_the_guest_its_state(MigrationCapabilities capabilities)
    {
        using var device = Device(capabilities);
        device.GuestValue = 4711;
        var told = 0;
        var result = new ArcWalk(device, "nic0", TimeProvider.System) { OnArc = _ => told++ }.Run(3, TestContext.Current.CancellationToken);

        Assert.Null(result.Trouble);
        Assert.Equal(3, result.RoundsDone);
        Assert.Equal(DeviceState.Running, device.GetState());
        Assert.Equal(4711UL, device.GuestValue);
        Assert.Equal(told, result.Measurements.Arcs.Count);
        Assert.All(DeviceProfile.SingleArcs(capabilities), arc => Assert.True(result.Measurements.Arcs.Count(s => s.Arc == arc) >= 3, $"{arc}"));
        Assert.Equal(3, result.Measurements.Transfers.Count(t => t.Link == "memory->sim/test/1.0"));
        Assert.All(result.Measurements.StateSizes, s => Assert.True(s.ActualBytes > 0));
    }

    [Fact]
    public void Cancelling_at_any_arc_brings_the_device_back_with_its_state()
    {
        var arcs = ArcTour.Of(TestProfiles.AllFlags).Length;
        for (var at = 1; at < arcs; at++)
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            using var device = Device(TestProfiles.AllFlags, (ulong)at);
            device.GuestValue = 4711;
            var count = 0;
            var walk = new ArcWalk(device, "nic0", TimeProvider.System)
            {
                OnArc = _ =>
                {
                    if (++count == at)
                    {
                        cancel.Cancel();
                    }
                },
            };
            var result = walk.Run(1, cancel.Token);

            Assert.True(result.Restored, result.Trouble);
            Assert.Equal(0, result.RoundsDone);
            Assert.Equal(DeviceState.Running, device.GetState());
            Assert.Equal(4711UL, device.GuestValue);
        }
    }

    [Theory]
    [MemberData(nameof(CapabilitySets))]
    public void A_fault_on_any_arc_ends_with_the_device_running(MigrationCapabilities capabilities)
    {
        foreach (var arc in DeviceProfile.SingleArcs(capabilities))
        {
            // It strikes half of the time, so that the way back can succeed; a fault in every try is another test.
            var profile = TestProfiles.With(capabilities) with
            {
                DefaultLatency = TestProfiles.Always(TimeSpan.FromMicroseconds(20)),
                Faults = [new ArcFault(arc, Errno.EIO, 0.5, arc.From)],
            };
            using var device = new SimulatedDevice(profile, "sim:test", new SimulatedDeviceOptions { Seed = 5 });
            device.GuestValue = 4711;
            var result = new ArcWalk(device, "nic0", TimeProvider.System).Run(20, TestContext.Current.CancellationToken);

            Assert.NotNull(result.Trouble);
            Assert.Contains(arc.ToString(), result.Trouble, StringComparison.Ordinal);
            Assert.Equal(result.Restored, device.GetState() == DeviceState.Running && device.GuestValue == 4711);
        }
    }

    [Theory]
    [InlineData(Answer.Yes, false)]
    [InlineData(Answer.Yes, true)]
    [InlineData(Answer.CouldNotAsk, true)]
    [InlineData(Answer.No, false)]
    public void A_load_that_fails_half_way_begins_anew_whatever_a_reset_does(Answer offersReset, bool isRefused)
    {
        var state = Enumerable.Range(0, 5000).Select(i => (byte)i).ToArray();
        using var device = new FakeDevice("test:0", MigrationCapabilities.StopCopy, state);
        device.Offer = device.Offer with { OffersReset = offersReset };

        // A reset of this device keeps its migration state and the half image, or is refused.
        device.OnReset = () =>
        {
            if (isRefused)
            {
                throw new DeviceException(DeviceFault.Failed, "test:0: no reset.", Errno.EINVAL);
            }
        };
        var hasFailed = false;
        device.OnWrite = _ =>
        {
            // What was to be written is half there.
            if (!hasFailed)
            {
                hasFailed = true;
                device.Write(state.AsSpan(0, 100));
                throw new DeviceException(DeviceFault.Failed, "test:0: it failed half way.", Errno.EIO);
            }
        };
        var result = new ArcWalk(device, "nic0", TimeProvider.System).Run(1, TestContext.Current.CancellationToken);

        Assert.Contains("half way", result.Trouble, StringComparison.Ordinal);
        Assert.True(result.Restored, result.Trouble);
        Assert.Equal((DeviceState.Running, Convert.ToHexString(state)), (device.GetState(), Convert.ToHexString(device.Content)));
    }

    [Fact]
    public void A_device_that_cannot_be_brought_back_is_named()
    {
        var profile = TestProfiles.With(MigrationCapabilities.StopCopy) with
        {
            Faults = [new ArcFault(new Arc(DeviceState.Stop, DeviceState.Running), Errno.EIO, 1, DeviceState.Stop)],
        };
        using var device = new SimulatedDevice(profile, "sim:test");
        var result = new ArcWalk(device, "nic0", TimeProvider.System).Run(1, TestContext.Current.CancellationToken);

        Assert.False(result.Restored);
        Assert.Contains("sim:test", result.Trouble, StringComparison.Ordinal);
        Assert.Contains("STOP", result.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_does_not_run_is_not_measured()
    {
        using var device = Device(TestProfiles.AllFlags);
        device.Go(DeviceState.RunningP2P);
        var result = new ArcWalk(device, "nic0", TimeProvider.System).Run(1, TestContext.Current.CancellationToken);

        Assert.Contains("RUNNING_P2P", result.Trouble, StringComparison.Ordinal);
        Assert.True(result.Restored);
        Assert.Empty(result.Measurements.Arcs);
    }

    [Fact]
    public void A_state_too_large_to_be_kept_is_said_to_be()
    {
        using var device = Device(TestProfiles.AllFlags);
        device.GuestValue = 4711;
        var result = new ArcWalk(device, "nic0", TimeProvider.System) { MaximumStateBytes = 50_000 }.Run(1, TestContext.Current.CancellationToken);

        Assert.Contains("larger than", result.Trouble, StringComparison.Ordinal);
        Assert.True(result.Restored);
        Assert.Equal(4711UL, device.GuestValue);
    }
}
