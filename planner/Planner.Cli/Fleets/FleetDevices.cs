using Planner.Documents;
using Planner.Fleet;
using Planner.Measurements;
using Planner.Simulation;

namespace Planner.Cli;

/// <summary>What the devices that a fleet names add to a blackout, from their profiles: built-in ones, or files beside the fleet's.</summary>
/// <param name="fleetFile">The fleet's file; null for built-in profiles alone.</param>
internal sealed class FleetDevices(string? fleetFile)
{
    // Arcs add up, so that the sum of such quantiles is a bound that is seldom met.
    private const double BoundShare = 0.99;

    private readonly Dictionary<string, DeviceBlackout> _known = [];

    /// <summary>The devices that were asked for, by the name of their profile.</summary>
    public IReadOnlyDictionary<string, DeviceBlackout> Known => _known;

    /// <summary>Whether there is a profile of a name.</summary>
    /// <exception cref="DocumentException">It is there and is not valid.</exception>
    /// <exception cref="CliException">Its file cannot be read.</exception>
    public bool Has(string name)
    {
        if (!_known.ContainsKey(name) && Find(name) is { } profile)
        {
            _known[name] = BlackoutOf(profile);
        }

        return _known.ContainsKey(name);
    }

    /// <summary>What a device of a built-in profile adds to a blackout; null if there is no profile of the name.</summary>
    public static DeviceBlackout? OfBuiltIn(string name) => new FleetDevices(null) is var devices && devices.Has(name) ? devices.Known[name] : null;

    private DeviceProfile? Find(string name)
    {
        if (BuiltInProfiles.Names.Contains(name))
        {
            return BuiltInProfiles.Get(name);
        }

        if (fleetFile is null)
        {
            return null;
        }

        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(fleetFile))!, name);
        return File.Exists(path) ? DeviceProfileText.Read(TextFiles.Read(path), path) : null;
    }

    private static DeviceBlackout BlackoutOf(DeviceProfile profile)
    {
        var carriesBefore = profile.Capabilities.Has(MigrationCapabilities.PreCopy);
        MigrationStateMachine.TryGetPath(carriesBefore ? DeviceState.PreCopy : DeviceState.Running, DeviceState.StopCopy, profile.Capabilities, out var stop);
        MigrationStateMachine.TryGetPath(DeviceState.Resuming, DeviceState.Running, profile.Capabilities, out var start);
        double Arcs(double share) => stop.Concat(start).Sum(arc => profile.LatencyOf(arc).QuantileNanoseconds(share, 0) / 1e9);

        // What pre-copy carries is sent while the machine runs, but for what is written again.
        var bytes = carriesBefore ? Math.Max(0, profile.StateBytes - profile.PreCopy.InitialBytes) + profile.PreCopy.DirtyCapBytes : profile.StateBytes;
        var load = profile.Load.Fixed.TotalSeconds + bytes / (profile.Load.BytesPerSecond ?? double.PositiveInfinity) + bytes / (profile.ReadBytesPerSecond ?? double.PositiveInfinity);
        return new DeviceBlackout(Arcs(0.5) + load, Arcs(BoundShare) + load * (1 + profile.StateJitter), bytes);
    }
}
