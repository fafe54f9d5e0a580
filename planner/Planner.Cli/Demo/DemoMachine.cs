using Planner.Devices;
using Planner.Sessions;
using Planner.Simulation;

namespace Planner.Cli;

/// <summary>A machine of one device for the demonstration: source and destination, each behind a vfio-user socket of its own.</summary>
internal sealed class DemoMachine : IDisposable
{
    private readonly List<IDisposable> _parts = [];

    public DemoMachine(DeviceProfile profile, ulong seed, string folder, string name)
    {
        Profile = profile;
        try
        {
            var sockets = Sockets(folder, name);
            Pairs = [new DevicePair("device0", Open(sockets[0], seed * 2), Open(sockets[1], (seed * 2) + 1))];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What the devices are like.</summary>
    public DeviceProfile Profile { get; }

    /// <summary>The machine's device on both sides.</summary>
    public IReadOnlyList<DevicePair> Pairs { get; private set; }

    /// <summary>The sockets of a machine: the source's, and the destination's.</summary>
    public static IReadOnlyList<string> Sockets(string folder, string name) => [Path.Combine(folder, $"{name}-a.sock"), Path.Combine(folder, $"{name}-b.sock")];

    /// <summary>Makes the destination the source: the machine has moved.</summary>
    public void TurnAround() => Pairs = [.. Pairs.Select(p => new DevicePair(p.Name, p.Destination, p.Source))];

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var i = _parts.Count - 1; i >= 0; i--)
        {
            _parts[i].Dispose();
        }
    }

    private VfioUserDevice Open(string socketPath, ulong seed)
    {
        _parts.Add(VfioUserServer.Start(Profile, socketPath, options: new SimulatedDeviceOptions { Seed = seed }));
        var device = VfioUserDevice.Open(socketPath);
        _parts.Add(device);
        return device;
    }
}
