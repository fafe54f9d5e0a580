using Planner.Measurements;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>How a session ended whose machine runs somewhere: within its limit or not, with all devices whole or not.</summary>
internal static class HypervisorOutcome
{
    /// <summary>The outcome and its reason, once everything was heard.</summary>
    public static (MigrationOutcome Outcome, string Reason) Of(HypervisorState state)
    {
        var isCompleted = state.IntendedOutcome is MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit;
        var (outcome, reason) = isCompleted && !state.IsRecovery ? Completed(state) : (state.IntendedOutcome, state.Reason);
        if (state.UnknownDevice is { } device && !reason.Contains(device, StringComparison.Ordinal))
        {
            reason += $" A passed-through device '{device}' that neither side had named told of itself.";
        }

        return WithLosses(state, isCompleted ? MigrationSide.Destination : MigrationSide.Source, outcome, reason);
    }

    private static (MigrationOutcome, string) Completed(HypervisorState state)
    {
        const string runs = "The machine runs on the destination";
        if (state.Plan.Limit is not { } limit)
        {
            return (MigrationOutcome.Completed, state.Plan.IsPaused ? state.Reason : $"{runs}.");
        }

        if (state.Pause is not { } pause)
        {
            return (MigrationOutcome.CompletedOverLimit, $"{runs}, but its blackout was not seen, so nobody can say that the limit was kept.");
        }

        var unasked = state.Times.AllowedNanoseconds is null
            ? " The hypervisor stopped the guest before it was permitted to, as it does where the first pass is shorter than it can measure, or nothing at all is left."
            : "";
        var counted = state.Times.ManagerDowntime is { } downtime ? $" The hypervisor's manager counts {Quantity.Format(downtime)}." : "";
        var (length, of) = Quantity.FormatAgainst(pause.Length, limit);
        if (pause.AtMost <= limit)
        {
            return (MigrationOutcome.Completed, $"{runs} after a blackout of {length}; the limit is {of}.{unasked}{counted}");
        }

        var (atMost, kept) = Quantity.FormatAgainst(pause.AtMost, limit);
        var was = pause.Length > limit
            ? $"{runs}, but the blackout was {length}; the limit of {of} was exceeded."
            : $"{runs}, but the blackout was {length}, and may have been {atMost}: the limit of {kept} may have been exceeded.";
        return (MigrationOutcome.CompletedOverLimit, $"{was}{unasked}{counted}{SavedByDeadline(state, pause.Length, limit)}");
    }

    /// <summary>What a deadline on the source's longest arc would have made of a late attempt.</summary>
    /// <remarks>A device that takes one gives the arc up when what is left of the limit is no more than what has to follow, and the machine runs on.
    /// The way back is not counted: nobody has seen it.</remarks>
    private static string SavedByDeadline(HypervisorState state, TimeSpan pause, TimeSpan limit)
    {
        var before = TimeSpan.Zero;
        var longest = default(DeviceArc);
        var beforeLongest = TimeSpan.Zero;
        foreach (var arc in DeviceArcs.Of(state.Times).Where(a => a.Side == MigrationSide.Source))
        {
            if (arc.Took > longest.Took)
            {
                (longest, beforeLongest) = (arc, before);
            }

            before += arc.Took;
        }

        var rest = pause - beforeLongest - longest.Took;
        var deadline = limit - beforeLongest - rest;
        if (longest.Took <= TimeSpan.Zero || longest.Took <= deadline)
        {
            return "";
        }

        var paused = beforeLongest + (deadline > TimeSpan.Zero ? deadline : TimeSpan.Zero);
        return $" A deadline on arc {longest.Arc} of {longest.Device}, which took {Quantity.Format(longest.Took)}, would have ended this attempt after about {Quantity.Format(paused)}"
            + $" with the machine running on the source, {Quantity.Format(pause - paused)} sooner; no hypervisor hands one on today.";
    }

    private static (MigrationOutcome, string) WithLosses(HypervisorState state, MigrationSide side, MigrationOutcome outcome, string reason)
    {
        var lost = state.ResetDevices.Where(d => d.Side == side).Select(d => d.Device).Distinct().ToList();
        if (lost.Count == 0)
        {
            return (outcome, reason);
        }

        var said = $"{reason} An arc of {string.Join(" and ", lost)} failed and the hypervisor reset the device, so the guest runs on with a device that has lost its state";
        return state.Plan.OnStateLost == StateLostAction.Accept
            ? (outcome, $"{said}, which the class accepts.")
            : (MigrationOutcome.NeedsPerson, $"{said}: look whether its driver has recovered, and restart the guest if not.");
    }
}
