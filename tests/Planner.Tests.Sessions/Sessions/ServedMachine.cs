using Planner.Devices;
using Planner.Measurements;
using Planner.Sessions;
using Planner.Simulation;
using Planner.Tests.Processes;
using Planner.Tests.Simulated;
using Xunit;

namespace Planner.Tests.Sessions;

/// <summary>The devices of a machine on both sides, behind sockets, with a state directory: what outlives a process that is killed.</summary>
internal sealed class ServedMachine : IDisposable
{
    private const ulong GuestValue = 0xfeed_0000_0000_0000;

    private static readonly Drivers Reached = new(new VfioUserDriver());

    private readonly TemporaryDirectory _directory = new();
    private readonly DeviceProfile _profile;
    private readonly VfioUserServer[] _sources;
    private readonly VfioUserServer[] _destinations;

    public ServedMachine(MigrationCapabilities capabilities, int count, int stopCopyMilliseconds = 1, ArcFault? destinationFault = null)
    {
        var profile = TestProfiles.With(capabilities) with
        {
            CommitArc = capabilities.HasFlag(MigrationCapabilities.P2P)
                ? new Arc(DeviceState.RunningP2P, DeviceState.Stop)
                : DeviceOffer.CommitArcOfUnknownDriver(capabilities),
        };
        foreach (var arc in new[] { new Arc(DeviceState.PreCopyP2P, DeviceState.StopCopy), new Arc(DeviceState.Stop, DeviceState.StopCopy) })
        {
            profile = profile with { Latencies = profile.Latencies.Add(arc, TestProfiles.Always(TimeSpan.FromMilliseconds(stopCopyMilliseconds))) };
        }

        _profile = profile;
        var destination = destinationFault is null ? profile : profile with { Faults = [destinationFault] };
        _sources = [.. Enumerable.Range(0, count).Select(i => VfioUserServer.Start(profile, _directory.File($"s{i}"), options: new SimulatedDeviceOptions { Seed = (ulong)i }))];
        _destinations = [.. Enumerable.Range(0, count).Select(i => VfioUserServer.Start(destination, _directory.File($"d{i}"), options: new SimulatedDeviceOptions { Seed = 100 + (ulong)i }))];
        for (var i = 0; i < count; i++)
        {
            _sources[i].Device.GuestValue = GuestValue + (ulong)i;
        }
    }

    public int Count => _sources.Length;

    public string StateDirectory => _directory.File("state");

    public string SourceAddress(int device) => $"vfio-user:{_sources[device].SocketPath}";

    public string DestinationAddress(int device) => $"vfio-user:{_destinations[device].SocketPath}";

    public static IMigrationDevice Open(string address) => Reached.OpenDevice(address);

    public string? FindInterrupted(string address) => new TargetGuard([StateDirectory], Reached, [Reached.FindDevice(address)]).Find()?.Machine;

    public Task<IReadOnlyList<RecoveredMachine>> RecoverAsync() =>
        new CrashRecovery(StateDirectory, new SessionServices { Drivers = Reached }).RunAsync(TestContext.Current.CancellationToken);

    public void StopSource() => _sources[0].Dispose();

    public DeviceState SourceState(int device) => _sources[device].Device.GetState();

    /// <summary>The first source's server ends and is started again: nothing is left of the guest's state.</summary>
    public void StartSourceAnew()
    {
        StopSource();
        _sources[0] = VfioUserServer.Start(_profile, _sources[0].SocketPath);
    }

    public void AssertNeverOnBothSides()
    {
        for (var i = 0; i < Count; i++)
        {
            Assert.False(
                _sources[i].Device.GetState().IsRunning() && _destinations[i].Device.GetState().IsRunning() && _destinations[i].Device.GuestValue == GuestValue + (ulong)i, "two running");
        }
    }

    public void AssertRunsOnOneSide(bool isOnDestination)
    {
        for (var i = 0; i < Count; i++)
        {
            var (runs, rests) = isOnDestination ? (_destinations[i].Device, _sources[i].Device) : (_sources[i].Device, _destinations[i].Device);
            Assert.Equal(DeviceState.Running, runs.GetState());
            Assert.Equal(GuestValue + (ulong)i, runs.GuestValue);
            Assert.False(rests.GetState().IsRunning() && rests.GuestValue == GuestValue + (ulong)i, "two running");
        }
    }

    /// <summary>Nothing of the guest runs anywhere, and it is still on the source.</summary>
    public void AssertRunsOnNoSide()
    {
        for (var i = 0; i < Count; i++)
        {
            Assert.False(_sources[i].Device.GetState().IsRunning());
            Assert.Equal(GuestValue + (ulong)i, _sources[i].Device.GuestValue);
        }
    }

    public void Dispose()
    {
        foreach (var server in _sources.Concat(_destinations))
        {
            server.Dispose();
        }

        _directory.Dispose();
    }
}
