using System.Collections.Immutable;
using Planner.Measurements;

namespace Planner.Estimators;

/// <summary>The arcs of one device inside a blackout.</summary>
public sealed class DeviceWalk
{
    private readonly ImmutableArray<StagedArc> _source;
    private readonly ImmutableArray<StagedArc> _destination;
    private readonly MigrationCapabilities _sourceCapabilities;
    private readonly MigrationCapabilities _destinationCapabilities;

    private DeviceWalk(ImmutableArray<Arc> source, MigrationCapabilities sourceCapabilities, ImmutableArray<Arc> destination, MigrationCapabilities destinationCapabilities)
    {
        _source = [.. source.Select(arc => Stage(arc, arc.To is DeviceState.RunningP2P or DeviceState.PreCopyP2P ? BlackoutStage.Quiesce : BlackoutStage.Stop))];
        _destination = [.. destination.Select(arc => Stage(arc, DestinationStage(arc)))];
        _sourceCapabilities = sourceCapabilities;
        _destinationCapabilities = destinationCapabilities;
    }

    /// <summary>The walk from a state to STOP_COPY on the source, and from RESUMING to RUNNING on the destination.</summary>
    /// <param name="now">The device's state on the source.</param>
    /// <param name="source">The capabilities of the device on the source.</param>
    /// <param name="destination">Those of the device on the destination.</param>
    /// <returns>Null if no migration starts in this state: ERROR, RESUMING, or one that the capabilities do not have.</returns>
    public static DeviceWalk? Plan(DeviceState now, MigrationCapabilities source, MigrationCapabilities destination) =>
        now != DeviceState.Resuming
        && MigrationStateMachine.TryGetPath(now, DeviceState.StopCopy, source, out var stop)
        && MigrationStateMachine.TryGetPath(DeviceState.Resuming, DeviceState.Running, destination, out var start)
            ? new DeviceWalk(stop, source, start, destination)
            : null;

    /// <summary>The walk in pieces for which something is known: single arcs where they are known, and combinations where only these are.
    /// What nothing is known of stays a single arc.</summary>
    /// <param name="isKnown">Whether an arc, single or combined, is known.</param>
    /// <remarks>A combination that spans a barrier is taken as one command: the devices do not wait for each other inside it.</remarks>
    public IEnumerable<StagedArc> Pieces(Func<Arc, bool> isKnown) => [.. Cover(_source, _sourceCapabilities, isKnown), .. Cover(_destination, _destinationCapabilities, a => isKnown(a) && !IsOfTheWayBack(a))];

    /// <summary>STOP to RUNNING is a combination for a destination with P2P, but a single arc of a source without: what is known of it is
    /// then known of the source.</summary>
    private bool IsOfTheWayBack(Arc arc) =>
        MigrationStateMachine.IsSingleArc(arc, _sourceCapabilities) && !MigrationStateMachine.IsSingleArc(arc, _destinationCapabilities);

    private static StagedArc Stage(Arc arc, BlackoutStage stage) => new(arc, stage, stage);

    private static BlackoutStage DestinationStage(Arc arc) => arc.To switch
    {
        DeviceState.RunningP2P => BlackoutStage.Start,
        DeviceState.Running => BlackoutStage.Run,
        _ => BlackoutStage.Load,
    };

    /// <summary>The cover with the fewest unknown arcs, and among these the one with the most pieces.</summary>
    private static List<StagedArc> Cover(ImmutableArray<StagedArc> arcs, MigrationCapabilities capabilities, Func<Arc, bool> isKnown)
    {
        var best = new (int Unknown, int Pieces, List<StagedArc> Cover)[arcs.Length + 1];
        best[0] = (0, 0, []);
        for (var to = 1; to <= arcs.Length; to++)
        {
            for (var from = 0; from < to; from++)
            {
                var piece = new StagedArc(new Arc(arcs[from].Arc.From, arcs[to - 1].Arc.To), arcs[from].First, arcs[to - 1].Last);
                var known = isKnown(piece.Arc) && IsWalkOf(piece.Arc, arcs[from..to], capabilities);
                var (unknown, pieces) = (best[from].Unknown + (known ? 0 : 1), best[from].Pieces + 1);
                if ((known || to - from == 1)
                    && (best[to].Cover is null || unknown < best[to].Unknown || (unknown == best[to].Unknown && pieces > best[to].Pieces)))
                {
                    best[to] = (unknown, pieces, [.. best[from].Cover, piece]);
                }
            }
        }

        return best[arcs.Length].Cover;
    }

    private static bool IsWalkOf(Arc combination, ImmutableArray<StagedArc> arcs, MigrationCapabilities capabilities) =>
        MigrationStateMachine.TryGetPath(combination.From, combination.To, capabilities, out var path)
        && path.SequenceEqual(arcs.Select(a => a.Arc));
}
