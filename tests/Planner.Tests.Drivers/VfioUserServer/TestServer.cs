using Planner.Measurements;
using Planner.Simulation;
using Planner.Tests.Simulated;

namespace Planner.Tests.VfioUserServers;

/// <summary>A server on a socket in a directory of its own.</summary>
internal sealed class TestServer : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("vus");

    public TestServer(ServerBehaviour? behaviour = null, DeviceProfile? profile = null, SimulatedDeviceOptions? options = null, IDeviceClock? clock = null) =>
        Server = VfioUserServer.Start(profile ?? Quick(), Path.Combine(_directory.FullName, "s"), behaviour, options, clock);

    public VfioUserServer Server { get; }

    /// <summary>All flags, arcs that take no time to speak of, 100,000 bytes of state.</summary>
    public static DeviceProfile Quick(MigrationCapabilities? capabilities = null, long stateBytes = 100_000) =>
        TestProfiles.With(capabilities ?? TestProfiles.AllFlags, stateBytes) with { DefaultLatency = TestProfiles.Always(TimeSpan.FromTicks(1)) };

    public RawClient Connect() => new(Server.SocketPath);

    /// <summary>Connects and shakes hands as the reference's example does, without private keys unless some are given.</summary>
    public RawClient Negotiate(params ReadOnlySpan<string> keys)
    {
        var client = Connect();
        client.Negotiate(keys);
        return client;
    }

    public void Dispose()
    {
        Server.Dispose();
        _directory.Delete(recursive: true);
    }
}
