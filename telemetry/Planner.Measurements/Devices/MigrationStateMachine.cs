using System.Collections.Immutable;

namespace Planner.Measurements;

/// <summary>
/// The finite state machine of VFIO migration protocol v2 with the kernel's combination transitions
/// (<c>vfio_mig_get_next_state</c>), and the arcs that this program refuses to send.
/// </summary>
public static class MigrationStateMachine
{
    private const DeviceState E = DeviceState.Error;
    private const DeviceState S = DeviceState.Stop;
    private const DeviceState R = DeviceState.Running;
    private const DeviceState SC = DeviceState.StopCopy;
    private const DeviceState RS = DeviceState.Resuming;
    private const DeviceState P2 = DeviceState.RunningP2P;
    private const DeviceState PC = DeviceState.PreCopy;
    private const DeviceState PP = DeviceState.PreCopyP2P;

    // Row: the state now; column: the target, both by number; cell: the next state on the way, ERROR for none.
    private static readonly DeviceState[,] Next =
    {
        //         E  S   R   SC  RS  P2  PC  PP
        /* E  */ { E, E,  E,  E,  E,  E,  E,  E },
        /* S  */ { E, S,  P2, SC, RS, P2, P2, P2 },
        /* R  */ { E, P2, R,  P2, P2, P2, PC, P2 },
        /* SC */ { E, S,  S,  SC, S,  S,  E,  E },
        /* RS */ { E, S,  S,  S,  RS, S,  S,  S },
        /* P2 */ { E, S,  R,  S,  S,  P2, R,  PP },
        /* PC */ { E, R,  R,  PP, R,  R,  PC, PP },
        /* PP */ { E, P2, P2, SC, P2, P2, PC, PP },
    };

    /// <summary>Whether a device with these capabilities has the state. ERROR exists on every device but is no target.</summary>
    public static bool Exists(DeviceState state, MigrationCapabilities capabilities) =>
        state.IsDefined() && state != DeviceState.Error && capabilities.Has(Needs(state));

    /// <summary>The next single arc on the way from a state to a target.</summary>
    /// <returns>False if the transition is refused (EINVAL): a state is missing, ERROR, or a way that does not exist.</returns>
    public static bool TryGetNext(DeviceState current, DeviceState target, MigrationCapabilities capabilities, out DeviceState next)
    {
        next = DeviceState.Error;
        if (!Exists(current, capabilities) || !Exists(target, capabilities))
        {
            return false;
        }

        next = Next[(int)current, (int)target];
        while (next != DeviceState.Error && !capabilities.Has(Needs(next)))
        {
            next = Next[(int)next, (int)target];
        }

        return next != DeviceState.Error;
    }

    /// <summary>The single arcs from a state to a target, in order; empty if the device is there already.</summary>
    /// <returns>False if the transition is refused (EINVAL). This includes STOP_COPY->PRE_COPY and
    /// STOP_COPY->PRE_COPY_P2P, which make kernels without the fix of June 2026 loop for ever.</returns>
    public static bool TryGetPath(DeviceState current, DeviceState target, MigrationCapabilities capabilities, out ImmutableArray<Arc> path)
    {
        path = [];
        if (!Exists(current, capabilities) || !Exists(target, capabilities))
        {
            return false;
        }

        var arcs = ImmutableArray.CreateBuilder<Arc>();
        while (current != target)
        {
            // Seven states: a longer way can only be a loop.
            if (arcs.Count == DeviceStates.Count || !TryGetNext(current, target, capabilities, out var next))
            {
                return false;
            }

            arcs.Add(new Arc(current, next));
            current = next;
        }

        path = arcs.ToImmutable();
        return true;
    }

    /// <summary>Whether there is a way from a state to a target: what <see cref="TryGetPath"/> says, without the path and without allocation.</summary>
    public static bool CanReach(DeviceState current, DeviceState target, MigrationCapabilities capabilities)
    {
        if (!Exists(current, capabilities) || !Exists(target, capabilities))
        {
            return false;
        }

        for (var arcs = 0; current != target; arcs++)
        {
            if (arcs == DeviceStates.Count || !TryGetNext(current, target, capabilities, out current))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a driver with these capabilities implements the arc itself, without a state between.</summary>
    public static bool IsSingleArc(Arc arc, MigrationCapabilities capabilities) =>
        arc.From != arc.To && TryGetNext(arc.From, arc.To, capabilities, out var next) && next == arc.To;

    private static MigrationCapabilities Needs(DeviceState state) => state switch
    {
        DeviceState.RunningP2P => MigrationCapabilities.StopCopy | MigrationCapabilities.P2P,
        DeviceState.PreCopy => MigrationCapabilities.StopCopy | MigrationCapabilities.PreCopy,
        DeviceState.PreCopyP2P => MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy,
        _ => MigrationCapabilities.StopCopy,
    };
}
