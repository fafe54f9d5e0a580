using Planner.Estimators;
using Planner.Measurements;

namespace Planner.Evidence;

/// <summary>What is known of one class: of devices, of machines, or of the state of a machine's devices. Immutable.</summary>
public sealed record ClassEvidence
{
    /// <summary>The arcs that were run to their end, also too late: in seconds.</summary>
    public IReadOnlyDictionary<Arc, Samples> Arcs { get; init; } = new Dictionary<Arc, Samples>();

    /// <summary>What stop phases carried, in bytes.</summary>
    public Samples Bytes { get; init; } = Samples.None;

    /// <summary>What they carried over what was expected, or over the median of those before where nothing was.</summary>
    public Samples SizeRatios { get; init; } = Samples.None;

    /// <summary>What they carried beyond what was expected, in bytes; may be below 0.</summary>
    public Samples UnforeseenBytes { get; init; } = Samples.None;

    /// <summary>The latencies of an arc; none if it was never run.</summary>
    public Samples Seconds(Arc arc) => Arcs.GetValueOrDefault(arc, Samples.None);
}
