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

    /// <summary>How long a migration may take to be given up before the destination is ended.</summary>
    private static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(2);

    /// <summary>How long a destination that is told to end may take for it before the source is told to give up.</summary>
    private static readonly TimeSpan QuitPatience = TimeSpan.FromMilliseconds(500);

    /// <summary>How long is waited for somebody who is in a hurry.</summary>
    private static readonly TimeSpan HurriedPatience = TimeSpan.FromSeconds(5);

    public static void Look(MachineStepBuilder step)
    {
        var (source, destination) = (step.State.Source, step.State.Destination);
        if (source.IsAsked || destination.IsAsked)
        {
            return;
        }

        if (source.Report is { Migration: HypervisorMigrationStatus.PostCopy } || destination.Report is { Migration: HypervisorMigrationStatus.PostCopy })
        {
            step.End(MigrationOutcome.NeedsPerson,
                $"Somebody took the migration to post-copy ({(source.Report ?? destination.Report)!.Words}), which the planner does not drive: the guest belongs to {step.Plan.DestinationAddress}, and a part of its memory is still on {step.Plan.SourceAddress}. "
                + "End neither; once it has completed, or its connection was mended ('migrate-recover'), run 'planner recover'.");
        }
        else if (source.Report?.Guest == GuestRunState.Running && destination.Report?.Guest == GuestRunState.Running)
        {
            step.End(MigrationOutcome.NeedsPerson,
                $"The guest runs on both sides: stop {step.Plan.DestinationAddress} at once, or {step.Plan.SourceAddress} if the destination is the one in use.");
        }
        else if (destination.Report?.Guest == GuestRunState.Running)
        {
            RunsOnDestination(step, source);
        }
        else if (source.Report is { } report)
        {
            SourceAnswers(step, report, destination);
        }
        else if (source.IsGone)
        {
            SourceIsGone(step, destination);
        }
        else
        {
            SourceIsSilent(step, source);
        }
    }

    private static bool IsLoaded(HypervisorSide destination) =>
        destination.Report is { Guest: GuestRunState.Paused, Migration: HypervisorMigrationStatus.Completed };

    private static void RunsOnDestination(MachineStepBuilder step, HypervisorSide source)
    {
        if (source.Report is { Guest: GuestRunState.Migrated } or { Guest: GuestRunState.Over } || source.IsGone)
        {
            HypervisorEngine.Complete(step);
        }
        else if (IsOver(step))
        {
            step.End(MigrationOutcome.NeedsPerson,
                $"The guest runs on {step.Plan.DestinationAddress}, but it is not known whether {step.Plan.SourceAddress} still holds it ({source.Report?.Words ?? source.Trouble}): end the source's process.");
        }
    }

    private static void SourceAnswers(MachineStepBuilder step, HypervisorReport source, HypervisorSide destination)
    {
        switch (source.Guest)
        {
            case GuestRunState.Running or GuestRunState.Unknown when source.IsMigrating && (source.Guest == GuestRunState.Running || step.State.Times.Stopped is null):
            case GuestRunState.Paused when step.Plan.IsPaused && source.IsMigrating:
                CancelOnce(step, source);
                break;
            case GuestRunState.Running:
            case GuestRunState.Paused when step.Plan.IsPaused:
                step.Restore(step.State.IntendedOutcome, Why(step, source.Error));
                break;
            case GuestRunState.Migrated:
                Migrated(step, destination);
                break;
            case GuestRunState.Over when step.State.EndedByGuest is not null:
                EndedByItself(step);
                break;
            case GuestRunState.Over:
                step.End(MigrationOutcome.NeedsPerson,
                    $"The guest of {step.Plan.SourceAddress} has shut down or crashed ({source.Words}); nothing runs on the destination either: start it anew, and end {step.Plan.DestinationAddress}.");
                break;
            case GuestRunState.Paused when step.State.IsPausedByOthers && source.IsMigrating:
                CancelOnce(step, source);
                break;
            case GuestRunState.Paused when step.State.IsPausedByOthers && step.IsPast(step.State.ResolvingSinceNanoseconds, step.Plan.PausePatience):
                step.End(MigrationOutcome.NeedsPerson,
                    $"{step.State.Reason} It is still stopped, as whoever stopped it left it: continue it ('cont' in the monitor of {step.Plan.SourceAddress}), then run 'planner recover'.");
                break;
            case GuestRunState.Paused when !source.IsMigrating && step.IsPast(step.State.ResolvingSinceNanoseconds, step.Plan.PausePatience):
                ContinueSource(step, destination, source.Words);
                break;
            default:
                // The rest is being sent, or it is on its way out of that.
                BreakIfTooLong(step);
                break;
        }
    }

    /// <summary>The source has sent everything.</summary>
    private static void Migrated(MachineStepBuilder step, HypervisorSide destination)
    {
        if (IsLoaded(destination) && step.Plan.IsPaused)
        {
            HypervisorEngine.Complete(step);
        }
        else if (IsLoaded(destination) && step.State is { Continued: < MostContinues, IsUntold: false })
        {
            HypervisorEngine.HandOver(step);
        }
        else if (step.State.IsHandedOver && !IsLoaded(destination))
        {
            // It may have run: then the source's copy is out of date, and what the guest wrote since is on its disks.
            if (destination.IsGone || IsOver(step))
            {
                step.End(MigrationOutcome.NeedsPerson,
                    $"The guest was handed over, and then {step.Plan.DestinationAddress} was lost ({destination.Report?.Words ?? destination.Trouble?.TrimEnd('.')}); {step.Plan.SourceAddress} still holds it as it was before: "
                    + "if the destination never ran, continue the source ('cont' in its monitor); otherwise end the source and start the guest anew from its disks.");
            }
        }
        else if (destination.IsGone || IsOver(step) || step.State.IsUntold || IsSendingOver(step, TimeSpan.Zero))
        {
            // It stands as it was started, and nobody has told it to run: what it has taken in is no second guest.
            ContinueSource(step, destination, "it has sent everything, and the destination did not take it");
        }
    }

    private static void SourceIsGone(MachineStepBuilder step, HypervisorSide destination)
    {
        if (IsLoaded(destination) && step.Plan.IsPaused)
        {
            HypervisorEngine.Complete(step);
        }
        else if (IsLoaded(destination) && step.State.Continued < MostContinues)
        {
            HypervisorEngine.HandOver(step);
        }
        else if (step.State is { EndedByGuest: not null, IsHandedOver: false })
        {
            EndedByItself(step);
        }
        else if (destination.Report is { Guest: GuestRunState.Incoming, Migration: HypervisorMigrationStatus.Active or HypervisorMigrationStatus.Device } && !IsOver(step))
        {
            // It may be loading the last bytes.
        }
        else if (destination.Report is not null || destination.IsGone || IsOver(step))
        {
            step.End(MigrationOutcome.NeedsPerson,
                $"The process of {step.Plan.SourceAddress} has ended before everything was sent, and the guest's memory with it: start the guest anew from its disks, and end {step.Plan.DestinationAddress}.");
        }
    }

    private static void EndedByItself(MachineStepBuilder step) => step.End(
        MigrationOutcome.Recovered,
        $"The guest of {step.Plan.SourceAddress} has shut itself down during the migration ({step.State.EndedByGuest}), so there is nothing left to migrate: start it anew where it is to run, and end {step.Plan.DestinationAddress} if that is still there.");

    /// <summary>While the devices are saved a monitor does not answer, and a link that is dead may keep it so.</summary>
    private static void SourceIsSilent(MachineStepBuilder step, HypervisorSide source)
    {
        if (source.Fault == HypervisorFault.NotAMonitor && step.State is { HasCancelled: false, IsHandedOver: false, IsBegun: true, Times.Stopped: null })
        {
            // It answers, and what it says cannot be read. Giving up needs no answer.
            Cancel(step);
        }

        BreakIfTooLong(step);
        if (IsOver(step))
        {
            step.End(MigrationOutcome.NeedsPerson,
                $"It is not known whether the guest of {step.Plan.SourceAddress} runs, since its monitor does not answer ({source.Trouble!.TrimEnd('.')}): do not continue {step.Plan.DestinationAddress}; run 'planner recover' once the monitor answers.");
        }
    }

    /// <summary>Whoever ends a destination that never ran breaks the channel: the source fails, and its guest runs on.</summary>
    public static void BreakIfTooLong(MachineStepBuilder step)
    {
        if (step.State is { HasQuit: false, IsHandedOver: false, IsBegun: true } && IsSendingOver(step, TimeSpan.Zero))
        {
            step.State = step.State with { HasQuit = true };
            step.Tell(MigrationSide.Destination, HypervisorOrder.Quit);
        }
        else if (step.State is { HasQuit: true, HasCancelled: false, IsHandedOver: false } && (step.State.Destination.IsGone || IsSendingOver(step, QuitPatience)))
        {
            // A link that carries nothing does not tell the source either, and a process that stands still does not end. Nobody has told the destination
            // to run, so this is safe.
            Cancel(step);
        }
        else if (step.IsPast(step.State.ResolvingSinceNanoseconds, step.Plan.SendingLimit + step.Plan.ReportPatience))
        {
            step.End(MigrationOutcome.NeedsPerson,
                $"The guest of {step.Plan.SourceAddress} is stopped in a migration that does not end: end the process of {step.Plan.DestinationAddress} if it is still there, break the connection between both, and the source runs on; then run 'planner recover'.");
        }
    }

    private static void Cancel(MachineStepBuilder step)
    {
        step.State = step.State with { HasCancelled = true, CancelledNanoseconds = step.NowNanoseconds };
        step.Tell(MigrationSide.Source, HypervisorOrder.Cancel);
    }

    /// <summary>Gives the migration up. One that stays in its giving up is broken by the end of the destination, which was never told to run; a source that
    /// does not leave it then either is left there, since its guest is where it belongs.</summary>
    private static void CancelOnce(MachineStepBuilder step, HypervisorReport source)
    {
        if (!step.State.HasCancelled)
        {
            Cancel(step);
        }
        else if (step.State is { HasQuit: false, IsHandedOver: false, Destination.IsGone: false } && step.IsPast(step.State.CancelledNanoseconds, CancelPatience))
        {
            step.State = step.State with { HasQuit = true };
            step.Tell(MigrationSide.Destination, HypervisorOrder.Quit);
        }
        else if (step.State.Destination.IsGone && source.Guest != GuestRunState.Unknown && !step.State.IsPausedByOthers
            && step.IsPast(step.State.CancelledNanoseconds, 2 * CancelPatience))
        {
            step.Restore(step.State.IntendedOutcome, $"{Why(step, source.Error)} Its migration does not leave '{source.Words}', although the destination was ended; no other begins before it does.");
        }
        else if (IsOver(step))
        {
            step.End(MigrationOutcome.NeedsPerson,
                $"The migration of {step.Plan.SourceAddress} cannot be cancelled; its guest {(step.State.Source.Report?.Guest == GuestRunState.Paused ? "was stopped by somebody else" : "runs")}: end the process of {step.Plan.DestinationAddress}, then run 'planner recover'.");
        }
    }

    private static void ContinueSource(MachineStepBuilder step, HypervisorSide destination, string words)
    {
        if (step.Plan.IsPaused)
        {
            // As its owner left it, it is nobody's to continue.
            step.Restore(step.State.IntendedOutcome, Why(step, words));
        }
        else if (step.State.IsHandedOver)
        {
            step.End(MigrationOutcome.NeedsPerson,
                $"The guest was handed over, and is stopped on {step.Plan.SourceAddress} ({words}) and not running on {step.Plan.DestinationAddress} ({destination.Report?.Words ?? destination.Trouble?.TrimEnd('.')}): "
                + "if the destination never ran, continue the source ('cont' in its monitor).");
        }
        else if (!step.State.HasContinuedSource)
        {
            step.State = step.State with { HasContinuedSource = true };
            if (!destination.IsGone && !step.State.HasQuit)
            {
                // A copy that nobody can continue any more cannot become a second guest.
                step.State = step.State with { HasQuit = true };
                step.Tell(MigrationSide.Destination, HypervisorOrder.Quit);
            }

            step.Tell(MigrationSide.Source, HypervisorOrder.Continue);
        }
        else if (IsOver(step))
        {
            step.End(MigrationOutcome.NeedsPerson, $"The guest of {step.Plan.SourceAddress} is stopped ({words}) and cannot be continued: continue it by hand ('cont' in its monitor).");
        }
    }

    /// <summary>Whether the guest has been stopped for longer than sending the rest may take.</summary>
    private static bool IsSendingOver(MachineStepBuilder step, TimeSpan andMore) => !step.State.IsHandedOver
        && step.IsPast(step.State.Times.Stopped?.ReceivedNanoseconds ?? step.State.ResolvingSinceNanoseconds, step.Plan.SendingLimit + andMore);

    /// <summary>Whether it was asked for long enough where the guest is.</summary>
    public static bool IsOver(MachineStepBuilder step) => step.IsPast(
        step.State.ResolvingSinceNanoseconds, step.State.IsHurried && step.Plan.ReportPatience > HurriedPatience ? HurriedPatience : step.Plan.ReportPatience);

    private static string Why(MachineStepBuilder step, string? error)
    {
        var reason = step.State.Reason;
        if (error is not null && step.State.IntendedOutcome == MigrationOutcome.Recovered && !reason.Contains(error, StringComparison.Ordinal))
        {
            reason = $"{reason.TrimEnd('.')}: {error.TrimEnd('.')}.";
        }

        return reason.Contains("on the source", StringComparison.Ordinal) || step.State.IntendedOutcome == MigrationOutcome.Stayed
            ? reason
            : $"{reason} {char.ToUpperInvariant(step.Plan.AtHome[0])}{step.Plan.AtHome[1..]}.";
    }
}
