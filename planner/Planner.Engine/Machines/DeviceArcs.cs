using Planner.Measurements;

namespace Planner.Engine;

/// <summary>Reads arcs out of what a hypervisor tells of its devices: it says when one has come to a state, and walks them one after the other, so the
/// next begins where the last one ended.</summary>
public static class DeviceArcs
{
    /// <summary>The arcs within the pause of the guest, in their order: the source's to STOP_COPY, then the destination's to RUNNING.</summary>
    public static IReadOnlyList<DeviceArc> Of(SwitchoverTimes times) => [.. OfSource(times), .. OfDestination(times)];

    /// <summary>Whether a device has the P2P states, as far as its moves on either side show.</summary>
    public static bool HasP2P(IEnumerable<DeviceMove> moves, string device) =>
        moves.Any(m => m.Device == device && m.State is DeviceState.RunningP2P or DeviceState.PreCopyP2P);

    /// <summary>Whether a move shows that the device was reset, which loses its state: the hypervisor resets a device whose arc failed and goes on with it in RUNNING.</summary>
    /// <param name="before">The moves before, of both sides.</param>
    /// <param name="move">The move.</param>
    /// <param name="runsAgain">Whether the guest was told to run on that side, in this switchover.</param>
    /// <param name="isGivenUp">Whether the migration had been given up or had failed: then PRE_COPY ends in RUNNING, too.</param>
    /// <remarks>A source's device comes to RUNNING only once its guest runs again, or with the end of pre-copy. The ways of a guest that runs lead to
    /// RUNNING by RUNNING_P2P where a device has that. A device without it that is reset while it is loaded cannot be told from one that was loaded, and
    /// neither can a reset in the last arc.</remarks>
    public static bool IsReset(IReadOnlyList<DeviceMove> before, DeviceMove move, bool runsAgain, bool isGivenUp)
    {
        if (move.State != DeviceState.Running || move.IsPreparing)
        {
            return false;
        }

        if (move.Side == MigrationSide.Source && !runsAgain)
        {
            return !isGivenUp;
        }

        return LastState(before, move.Side, move.Device) switch
        {
            DeviceState.PreCopyP2P => true,
            DeviceState.StopCopy or DeviceState.Resuming or DeviceState.Stop => HasP2P(before, move.Device),
            _ => false,
        };
    }

    private static DeviceState? LastState(IReadOnlyList<DeviceMove> moves, MigrationSide side, string device)
    {
        for (var i = moves.Count - 1; i >= 0; i--)
        {
            if (moves[i].Side == side && moves[i].Device == device && !moves[i].IsPreparing)
            {
                return moves[i].State;
            }
        }

        return null;
    }

    private static List<DeviceArc> OfSource(SwitchoverTimes times)
    {
        var arcs = new List<DeviceArc>();
        var states = new Dictionary<string, DeviceState>();
        SwitchoverMoment? before = null;
        foreach (var move in times.Moves.Where(m => m.Side == MigrationSide.Source))
        {
            var isStopping = move.State is DeviceState.PreCopyP2P or DeviceState.RunningP2P or DeviceState.Stop or DeviceState.StopCopy;
            if (move.IsPreparing)
            {
                before = move.At;
                continue;
            }

            var from = states.GetValueOrDefault(move.Device, DeviceState.Running);
            states[move.Device] = move.State;
            if (!isStopping)
            {
                // Into pre-copy while the guest runs, or on the way back.
                if (arcs.Count > 0)
                {
                    break;
                }

                continue;
            }

            if (from == DeviceState.StopCopy)
            {
                // Once everything is sent the source's devices are stopped: nobody waits for that. Any other way is the way back.
                break;
            }

            if (from == DeviceState.Stop)
            {
                // A device without PRE_COPY goes to STOP_COPY when its state is about to be read, behind the memory and other devices' states: its beginning is not told.
                continue;
            }

            if ((before ?? SwitchoverPause.Began(times)) is { } began)
            {
                arcs.Add(new DeviceArc(move.Side, move.Device, new Arc(from, move.State), SwitchoverMoment.OfOneSide(began, move.At)));
            }

            before = move.At;
        }

        return arcs;
    }

    private static List<DeviceArc> OfDestination(SwitchoverTimes times)
    {
        var arcs = new List<DeviceArc>();
        if (times is not { ResumedOn: MigrationSide.Destination, Resumed: { } resumed })
        {
            return arcs;
        }

        var states = new Dictionary<string, DeviceState>();
        var before = resumed;
        var hasBegun = false;
        foreach (var move in times.Moves.Where(m => m.Side == MigrationSide.Destination && !m.IsPreparing))
        {
            var from = states.GetValueOrDefault(move.Device, DeviceState.Running);
            states[move.Device] = move.State;
            hasBegun |= from == DeviceState.Resuming;
            if (hasBegun)
            {
                arcs.Add(new DeviceArc(move.Side, move.Device, new Arc(from, move.State), SwitchoverMoment.OfOneSide(before, move.At)));
                before = move.At;
            }
        }

        return arcs;
    }
}
