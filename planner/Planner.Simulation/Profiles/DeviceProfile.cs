using System.Collections.Immutable;
using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>What a simulated device is like: its capabilities, latencies, sizes, rates and faults.</summary>
/// <remarks>Read from YAML by <see cref="DeviceProfileText"/>; built-in ones are in <see cref="BuiltInProfiles"/>.</remarks>
public sealed record DeviceProfile
{
    /// <summary>The profile's name.</summary>
    public required string Name { get; init; }

    /// <summary>The class that is reported, such as <c>sim/fast-nic/1.0</c>; printable ASCII, at most 128 characters.</summary>
    public required string DeviceClass { get; init; }

    /// <summary>The migration capabilities; STOP_COPY at least.</summary>
    public required MigrationCapabilities Capabilities { get; init; }

    /// <summary>The arc past which the device cannot go back to RUNNING at once.</summary>
    public required Arc CommitArc { get; init; }

    /// <summary>The latency of arcs that have none of their own.</summary>
    public required LatencyProfile DefaultLatency { get; init; }

    /// <summary>The latencies of single arcs.</summary>
    public ImmutableDictionary<Arc, LatencyProfile> Latencies { get; init; } = ImmutableDictionary<Arc, LatencyProfile>.Empty;

    /// <summary>The work done inside writes to a resuming device.</summary>
    public LoadProfile Load { get; init; } = LoadProfile.Instant;

    /// <summary>The size of the whole state in bytes, what pre-copy can carry included.</summary>
    public required long StateBytes { get; init; }

    /// <summary>How far the size of one migration's state lies from <see cref="StateBytes"/> at the most, as a share; uniform.</summary>
    public double StateJitter { get; init; }

    /// <summary>The rate at which the stream can be read; null if reading takes no time.</summary>
    public double? ReadBytesPerSecond { get; init; }

    /// <summary>What the stream holds before STOP_COPY.</summary>
    public PreCopyProfile PreCopy { get; init; } = PreCopyProfile.Nothing;

    /// <summary>What the reported data size means; null if no size is reported.</summary>
    public DataSizeMeaning? DataSize { get; init; }

    /// <summary>Whether the device reports the worst latency of its arcs.</summary>
    public bool ReportsArcLatency { get; init; }

    /// <summary>How the device takes a deadline.</summary>
    public DeadlineProfile Deadline { get; init; } = DeadlineProfile.None;

    /// <summary>The faults; the first that strikes counts.</summary>
    public ImmutableArray<ArcFault> Faults { get; init; } = [];

    /// <summary>The latency of a single arc.</summary>
    public LatencyProfile LatencyOf(Arc arc) => Latencies.GetValueOrDefault(arc, DefaultLatency);

    /// <summary>Every arc that a driver with these capabilities implements.</summary>
    public static IEnumerable<Arc> SingleArcs(MigrationCapabilities capabilities) =>
        from fromState in Enum.GetValues<DeviceState>()
        from toState in Enum.GetValues<DeviceState>()
        let arc = new Arc(fromState, toState)
        where MigrationStateMachine.IsSingleArc(arc, capabilities)
        select arc;

    /// <summary>The same device behind an interface that knows other capabilities; what they do not allow falls away.</summary>
    /// <remarks>libvfio-user, for one, knows no P2P states and always reports STOP_COPY and PRE_COPY.</remarks>
    public DeviceProfile WithCapabilities(MigrationCapabilities capabilities)
    {
        var arcs = SingleArcs(capabilities).ToHashSet();
        return this with
        {
            Capabilities = capabilities,
            CommitArc = arcs.Contains(CommitArc) ? CommitArc : DeviceOffer.CommitArcOfUnknownDriver(capabilities),
            Latencies = Latencies.RemoveRange(Latencies.Keys.Where(a => !arcs.Contains(a))),
            PreCopy = capabilities.Has(MigrationCapabilities.PreCopy) ? PreCopy : PreCopyProfile.Nothing,
            Faults = [.. Faults.Where(f => arcs.Contains(f.Arc))],
        };
    }
}
