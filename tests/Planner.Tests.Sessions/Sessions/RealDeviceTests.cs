using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Planner.Simulation;
using Planner.Tests.Simulated;
using Xunit;

namespace Planner.Tests.Sessions;

/// <summary>Sessions on simulated devices in real time, in this process and behind sockets.</summary>
public sealed class RealDeviceTests
{
    private static readonly MigrationCapabilities All = TestProfiles.AllFlags;

    private static readonly SlaPolicy Policy = new() { Name = "test", BlackoutLimit = TimeSpan.FromSeconds(30), Confidence = 0.8 };

    private static Task<SessionResult> RunAsync(SlaPolicy policy, MigrationMode mode, IMeasurementStore? store, params DevicePair[] devices) => MigrationSession.RunAsync(
        new DeviceMigrationRequest { Machine = "vm1", Devices = devices, Policy = policy, Mode = mode, Patience = 1 },
        new SessionServices { Store = store },
        TestContext.Current.CancellationToken);

    [Theory]
    [InlineData(MigrationCapabilities.StopCopy)]
    [InlineData(MigrationCapabilities.StopCopy | MigrationCapabilities.P2P)]
    [InlineData(MigrationCapabilities.StopCopy | MigrationCapabilities.PreCopy)]
    [InlineData(MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy)]
    public async Task A_machine_goes_there_and_back_behind_sockets(MigrationCapabilities capabilities)
    {
        using var hosts = new ServedMachine(capabilities, 1);
        foreach (var isBack in new[] { false, true })
        {
            using var here = ServedMachine.Open(hosts.SourceAddress(0));
            using var there = ServedMachine.Open(hosts.DestinationAddress(0));
            var result = await RunAsync(Policy, MigrationMode.Rehearsal, null, isBack ? new DevicePair("nic0", there, here) : new DevicePair("nic0", here, there));

            Assert.True(result.Outcome == MigrationOutcome.Completed, result.Reason);
            hosts.AssertRunsOnOneSide(isOnDestination: !isBack);
        }
    }

    [Fact]
    public async Task A_shadow_session_reads_the_source_sends_nothing_and_learns_nothing_of_the_link()
    {
        var profile = TestProfiles.With(All, 1_000_000) with { PreCopy = new PreCopyProfile(500_000, 0, 0, 0) };
        using var source = new SimulatedDevice(profile, "sim:s", new SimulatedDeviceOptions { Seed = 1 });
        using var destination = new SimulatedDevice(profile, "sim:d", new SimulatedDeviceOptions { Seed = 2 });
        destination.GuestValue = 5;
        var result = await RunAsync(Policy, MigrationMode.Shadow, null, new DevicePair("nic0", source, destination));

        Assert.True(result.Outcome == MigrationOutcome.Stayed, result.Reason);
        Assert.Equal((DeviceState.Running, DeviceState.Running, 5UL), (source.GetState(), destination.GetState(), destination.GuestValue));
        Assert.Contains(result.Measurements.Arcs, a => a.Arc == new Arc(DeviceState.Running, DeviceState.PreCopy));
        Assert.DoesNotContain(result.Measurements.Arcs, a => a.Arc.From == DeviceState.Resuming || a.Arc.To == DeviceState.Resuming);
        Assert.Empty(result.Measurements.Transfers);
    }

    [Fact]
    public async Task A_stream_that_starts_again_arrives_once()
    {
        var profile = BuiltInProfiles.FastNic;
        using var source = new SimulatedDevice(profile, "sim:s", new SimulatedDeviceOptions { Seed = 1, RestartsStreamAtStopCopy = true });
        using var destination = new SimulatedDevice(profile, "sim:d", new SimulatedDeviceOptions { Seed = 2, RestartsStreamAtStopCopy = true });
        source.GuestValue = 77;
        var result = await RunAsync(Policy, MigrationMode.Rehearsal, null, new DevicePair("nic0", source, destination));

        Assert.True(result.Outcome == MigrationOutcome.Completed, result.Reason);
        Assert.Equal(77UL, destination.GuestValue);
    }

    [Fact]
    public async Task A_deadline_capable_device_refuses_by_itself_and_the_machine_runs_on()
    {
        // The class is known for arcs of 2 ms; this device needs a minute, knows it, and says so.
        var slow = BuiltInProfiles.DeadlineGpu;
        slow = slow with { Latencies = slow.Latencies.SetItem(new Arc(DeviceState.RunningP2P, DeviceState.Stop), TestProfiles.Always(TimeSpan.FromMinutes(1))) };
        using var store = new MemoryStore();
        using var source = new SimulatedDevice(slow, "sim:s", new SimulatedDeviceOptions { Seed = 1 });
        using var destination = new SimulatedDevice(BuiltInProfiles.DeadlineGpu, "sim:d", new SimulatedDeviceOptions { Seed = 2 });
        store.Append(History(source, destination));
        var result = await RunAsync(Policy with { QuiesceTries = 2 }, MigrationMode.Active, store, new DevicePair("gpu0", source, destination));

        Assert.True(result.Outcome == MigrationOutcome.Stayed, result.Reason);
        Assert.Contains("refused its deadline", result.Reason, StringComparison.Ordinal);
        Assert.Equal("commit", result.Decision!.Verdict);
        Assert.Equal(DeviceState.Running, source.GetState());
        Assert.Equal(2, result.Measurements.Arcs.Count(a => a.Outcome == ArcOutcome.Refused));
    }

    private static MeasurementBatch History(SimulatedDevice source, SimulatedDevice destination)
    {
        var deviceClass = source.Offer.DeviceClass;
        var at = DateTimeOffset.UnixEpoch;
        var arcs = DeviceProfile.SingleArcs(MigrationCapabilities.StopCopy | MigrationCapabilities.P2P);
        return new MeasurementBatch
        {
            Arcs = [.. arcs.SelectMany(arc => Enumerable.Repeat(new ArcSample("gpu0", deviceClass, arc, TimeSpan.FromMilliseconds(2), ArcOutcome.Completed, at), 10))],
            Transfers = [.. Enumerable.Repeat(new TransferSample($"{deviceClass}->{deviceClass}", TransferPhase.StopCopy, 1_000_000, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1), at), 10)],
            Attempts = [Ledger.With(new[] { BlackoutSpan.Whole, BlackoutSpan.AfterQuiesce }.SelectMany(span => Enumerable.Repeat(
                new BlackoutSample(KnowingStore.KeyOf(source, destination), "", BlackoutKind.Rehearsal, span, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20), at), 10)))],
        };
    }

    [Fact]
    public async Task Faults_of_a_profile_end_with_the_machine_running()
    {
        var recovered = 0;
        for (ulong seed = 0; seed < 20; seed++)
        {
            var profile = TestProfiles.With(All) with
            {
                DefaultLatency = TestProfiles.Always(TimeSpan.FromMicroseconds(50)),
                Faults =
                [
                    new ArcFault(new Arc(DeviceState.PreCopyP2P, DeviceState.StopCopy), Errno.EIO, 0.5, DeviceState.PreCopyP2P),
                    new ArcFault(new Arc(DeviceState.PreCopy, DeviceState.PreCopyP2P), Errno.EBUSY, 0.3, DeviceState.Error),
                ],
            };
            using var source = new SimulatedDevice(profile, "sim:s", new SimulatedDeviceOptions { Seed = seed });
            using var destination = new SimulatedDevice(profile with { Faults = [] }, "sim:d", new SimulatedDeviceOptions { Seed = 1000 + seed });
            var result = await RunAsync(Policy, MigrationMode.Rehearsal, null, new DevicePair("nic0", source, destination));

            recovered += result.Outcome == MigrationOutcome.Recovered ? 1 : 0;
            Assert.True(result.Outcome is MigrationOutcome.Completed or MigrationOutcome.Recovered, result.Reason);
            Assert.Equal(DeviceState.Running, (result.Outcome == MigrationOutcome.Completed ? destination : source).GetState());
        }

        Assert.InRange(recovered, 3, 19);
    }
}
