using Planner.Measurements;

namespace Planner.Engine;

/// <summary>Finds out where the guest is, and brings it to run on exactly one side.</summary>
/// <remarks>
/// What makes this safe: the destination was started stopped and is continued by the planner alone, so before the handover it cannot run, and a
/// source that sent everything still has all of the guest. After the handover a destination that cannot be asked may have run: then
/// only a person can know.
/// </remarks>
internal static class HypervisorResolving
{
    private const int MostContinues = 3;

    public static void Look(HypervisorTurn turn)
    {
        var (source, destination) = (turn.State.Source, turn.State.Destination);
        if (source.IsAsked || destination.IsAsked)
        {
            return;
        }

        if (source.Report?.Guest == GuestRunState.Running && destination.Report?.Guest == GuestRunState.Running)
        {
            turn.End(MigrationOutcome.NeedsPerson,
                $"The guest runs on both sides: stop {turn.Plan.DestinationAddress} at once, or {turn.Plan.SourceAddress} if the destination is the one in use.");
        }
        else if (destination.Report?.Guest == GuestRunState.Running)
        {
            RunsOnDestination(turn, source);
        }
        else if (source.Report is { } report)
        {
            SourceAnswers(turn, report, destination);
        }
        else if (source.IsGone)
        {
            SourceIsGone(turn, destination);
        }
        else
        {
            SourceIsSilent(turn, source.Trouble!);
        }
    }

    private static bool IsLoaded(HypervisorSide destination) =>
        destination.Report is { Guest: GuestRunState.Paused, Migration: HypervisorMigrationStatus.Completed };

    private static void RunsOnDestination(HypervisorTurn turn, HypervisorSide source)
    {
        if (source.Report is { Guest: GuestRunState.Migrated } or { Guest: GuestRunState.Over } || source.IsGone)
        {
            HypervisorEngine.Complete(turn);
        }
        else if (IsOver(turn))
        {
            turn.End(MigrationOutcome.NeedsPerson,
                $"The guest runs on {turn.Plan.DestinationAddress}, but it is not known whether {turn.Plan.SourceAddress} still holds it ({source.Report?.Words ?? source.Trouble}): end the source's process.");
        }
    }

    private static void SourceAnswers(HypervisorTurn turn, HypervisorReport source, HypervisorSide destination)
    {
        switch (source.Guest)
        {
            case GuestRunState.Running when source.IsMigrating:
                CancelOnce(turn);
                break;
            case GuestRunState.Running:
                turn.Restore(turn.State.IntendedOutcome, Why(turn, source.Error));
                break;
            case GuestRunState.Migrated:
                Migrated(turn, destination);
                break;
            case GuestRunState.Over:
                turn.End(MigrationOutcome.NeedsPerson,
                    $"The guest of {turn.Plan.SourceAddress} has shut down or crashed ({source.Words}); nothing runs on the destination either: start it anew, and end {turn.Plan.DestinationAddress}.");
                break;
            case GuestRunState.Paused when turn.State.IsPausedByOthers && source.IsMigrating:
                CancelOnce(turn);
                break;
            case GuestRunState.Paused when turn.State.IsPausedByOthers && turn.IsPast(turn.State.ResolvingSinceNanoseconds, turn.Plan.PausePatience):
                turn.End(MigrationOutcome.NeedsPerson,
                    $"{turn.State.Reason} It is still stopped, as whoever stopped it left it: continue it ('cont' in the monitor of {turn.Plan.SourceAddress}), then run 'planner recover'.");
                break;
            case GuestRunState.Paused when !source.IsMigrating && turn.IsPast(turn.State.ResolvingSinceNanoseconds, turn.Plan.PausePatience):
                ContinueSource(turn, destination, source.Words);
                break;
            default:
                // The rest is being sent, or it is on its way out of that.
                BreakIfTooLong(turn);
                break;
        }
    }

    /// <summary>The source has sent everything.</summary>
    private static void Migrated(HypervisorTurn turn, HypervisorSide destination)
    {
        if (IsLoaded(destination) && turn.State.Continued < MostContinues)
        {
            HypervisorEngine.HandOver(turn);
        }
        else if (turn.State.IsHandedOver && !IsLoaded(destination))
        {
            // It may have run: then the source's copy is out of date, and what the guest wrote since is on its disks.
            if (destination.IsGone || IsOver(turn))
            {
                turn.End(MigrationOutcome.NeedsPerson,
                    $"The guest was handed over, and then {turn.Plan.DestinationAddress} was lost ({destination.Report?.Words ?? destination.Trouble?.TrimEnd('.')}); {turn.Plan.SourceAddress} still holds it as it was before: "
                    + "if the destination never ran, continue the source ('cont' in its monitor); otherwise end the source and start the guest anew from its disks.");
            }
        }
        else if (destination.IsGone || IsOver(turn))
        {
            ContinueSource(turn, destination, "it has sent everything, and the destination did not take it");
        }
    }

    private static void SourceIsGone(HypervisorTurn turn, HypervisorSide destination)
    {
        if (IsLoaded(destination) && turn.State.Continued < MostContinues)
        {
            HypervisorEngine.HandOver(turn);
        }
        else if (destination.Report is { Guest: GuestRunState.Incoming, Migration: HypervisorMigrationStatus.Active or HypervisorMigrationStatus.Device } && !IsOver(turn))
        {
            // It may be loading the last bytes.
        }
        else if (destination.Report is not null || destination.IsGone || IsOver(turn))
        {
            turn.End(MigrationOutcome.NeedsPerson,
                $"The process of {turn.Plan.SourceAddress} has ended before everything was sent, and the guest's memory with it: start the guest anew from its disks, and end {turn.Plan.DestinationAddress}.");
        }
    }

    /// <summary>While the devices are saved a monitor does not answer, and a link that is dead may keep it so.</summary>
    private static void SourceIsSilent(HypervisorTurn turn, string trouble)
    {
        BreakIfTooLong(turn);
        if (turn.IsPast(turn.State.ResolvingSinceNanoseconds, turn.Plan.ReportPatience))
        {
            turn.End(MigrationOutcome.NeedsPerson,
                $"It is not known whether the guest of {turn.Plan.SourceAddress} runs, since its monitor does not answer ({trouble.TrimEnd('.')}): do not continue {turn.Plan.DestinationAddress}; run 'planner recover' once the monitor answers.");
        }
    }

    /// <summary>Whoever ends a destination that never ran breaks the channel: the source fails, and its guest runs on.</summary>
    private static void BreakIfTooLong(HypervisorTurn turn)
    {
        if (turn.State is { HasQuit: false, IsHandedOver: false, IsBegun: true, Times.Stopped: var stopped }
            && turn.IsPast(stopped?.ReceivedNanoseconds ?? turn.State.ResolvingSinceNanoseconds, turn.Plan.StopPatience))
        {
            turn.State = turn.State with { HasQuit = true };
            turn.Tell(MigrationSide.Destination, HypervisorOrder.Quit);
        }
        else if (turn.State is { HasQuit: true, HasCancelled: false, IsHandedOver: false, Destination.IsGone: true })
        {
            // A link that carries nothing does not tell the source either. Nothing can run on the destination any more, so this is safe.
            turn.State = turn.State with { HasCancelled = true };
            turn.Tell(MigrationSide.Source, HypervisorOrder.Cancel);
        }
        else if (turn.IsPast(turn.State.ResolvingSinceNanoseconds, turn.Plan.StopPatience + turn.Plan.ReportPatience))
        {
            turn.End(MigrationOutcome.NeedsPerson,
                $"The guest of {turn.Plan.SourceAddress} is stopped in a migration that does not end: end the process of {turn.Plan.DestinationAddress} if it is still there, break the connection between both, and the source runs on; then run 'planner recover'.");
        }
    }

    private static void CancelOnce(HypervisorTurn turn)
    {
        if (!turn.State.HasCancelled)
        {
            turn.State = turn.State with { HasCancelled = true };
            turn.Tell(MigrationSide.Source, HypervisorOrder.Cancel);
        }
        else if (IsOver(turn))
        {
            turn.End(MigrationOutcome.NeedsPerson,
                $"The migration of {turn.Plan.SourceAddress} cannot be cancelled; its guest {(turn.State.IsPausedByOthers ? "was stopped by somebody else" : "runs")}: end the process of {turn.Plan.DestinationAddress}, then run 'planner recover'.");
        }
    }

    private static void ContinueSource(HypervisorTurn turn, HypervisorSide destination, string words)
    {
        if (turn.State.IsHandedOver)
        {
            turn.End(MigrationOutcome.NeedsPerson,
                $"The guest was handed over, and is stopped on {turn.Plan.SourceAddress} ({words}) and not running on {turn.Plan.DestinationAddress} ({destination.Report?.Words ?? destination.Trouble?.TrimEnd('.')}): "
                + "if the destination never ran, continue the source ('cont' in its monitor).");
        }
        else if (!turn.State.HasContinuedSource)
        {
            turn.State = turn.State with { HasContinuedSource = true };
            if (!destination.IsGone && !turn.State.HasQuit)
            {
                // A copy that nobody can continue any more cannot become a second guest.
                turn.State = turn.State with { HasQuit = true };
                turn.Tell(MigrationSide.Destination, HypervisorOrder.Quit);
            }

            turn.Tell(MigrationSide.Source, HypervisorOrder.Continue);
        }
        else if (IsOver(turn))
        {
            turn.End(MigrationOutcome.NeedsPerson, $"The guest of {turn.Plan.SourceAddress} is stopped ({words}) and cannot be continued: continue it by hand ('cont' in its monitor).");
        }
    }

    private static bool IsOver(HypervisorTurn turn) => turn.IsPast(turn.State.ResolvingSinceNanoseconds, turn.Plan.ReportPatience);

    private static string Why(HypervisorTurn turn, string? error)
    {
        var reason = turn.State.Reason;
        if (error is not null && turn.State.IntendedOutcome == MigrationOutcome.Recovered && !reason.Contains(error, StringComparison.Ordinal))
        {
            reason = $"{reason.TrimEnd('.')}: {error.TrimEnd('.')}.";
        }

        return reason.Contains("runs on the source", StringComparison.Ordinal) || turn.State.IntendedOutcome == MigrationOutcome.Stayed ? reason : $"{reason} The machine runs on the source.";
    }
}
