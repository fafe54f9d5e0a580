using Planner.Measurements;

namespace Planner.Engine;

/// <summary>Finds out where the guest is when a manager carries out both ends of the migration, and brings it to run on exactly one side.</summary>
/// <remarks>
/// A manager lets the destination run by itself, so nothing is known without asking both hosts. The source is continued only when the destination was seen to be
/// without the guest and never told that it ran; it is ended only when the destination was seen to run it. Two running are nobody's to choose from by
/// a rule. What managers leave behind in which case was seen on libvirt 11.3 (docs/libvirt.md has the table).
/// </remarks>
internal static class ManagedResolving
{
    public static void Look(MachineStepBuilder step)
    {
        var (source, destination) = (step.State.Source, step.State.Destination);
        if (source.IsAsked || destination.IsAsked)
        {
            return;
        }

        if (source.Report is { Migration: HypervisorMigrationStatus.PostCopy } || destination.Report is { Migration: HypervisorMigrationStatus.PostCopy })
        {
            NeedsPerson(step, "Somebody took the migration to post-copy, which the planner does not drive: the guest belongs to the destination, and a part of its memory is still on the source. End neither; once it has completed, run 'planner recover'.");
        }
        else if (source.Report?.Guest == GuestRunState.Running && destination.Report?.Guest == GuestRunState.Running)
        {
            BothRun(step);
        }
        else if (destination.Report?.Guest == GuestRunState.Running)
        {
            RunsOnDestination(step, source);
        }
        else if (source.Report?.Guest == GuestRunState.Running)
        {
            RunsOnSource(step, source.Report, destination);
        }
        else if (source.Report is { } report && !IsAway(report))
        {
            StandsOnSource(step, report, destination);
        }
        else if (IsPastPatience(step))
        {
            NeedsPerson(step, source.Report is null
                ? $"It is not known where the guest runs, since the source's manager does not answer ({Trouble(source)}), and it does not run on {step.Plan.DestinationAddress} ({Words(destination)}). Start the manager of {step.Plan.SourceAddress} again, which lets its guest run if it may, then run 'planner recover'."
                : $"The guest is not on {step.Plan.SourceAddress} any more ({source.Report.Words}) and does not run on {step.Plan.DestinationAddress} ({Words(destination)}). "
                    + (destination.Report is { } standing && !IsAway(standing) ? "If it stands there with all of its memory, 'virsh resume' there lets it run; otherwise start it anew from its disks." : destination.Report is null ? "Start the destination's manager again, then run 'planner recover'." : "Its memory is gone: start it anew from its disks."));
        }
    }

    private static void BothRun(MachineStepBuilder step)
    {
        var latest = step.State.Times is { Resumed.Happened: var at, ResumedOn: var side } && at > TimeSpan.Zero
            ? $" The first that was heard to run again was the {(side == MigrationSide.Source ? "source" : "destination")}."
            : "";
        NeedsPerson(step,
            $"The guest runs on both hosts, {step.Plan.SourceAddress} and {step.Plan.DestinationAddress}, and both write to its disks: find out which one its clients use, end the other at once ('virsh destroy'), and check its disks.{latest} Nothing was chosen for you.");
    }

    private static void RunsOnDestination(MachineStepBuilder step, HypervisorSide source)
    {
        if (source.Report is { } report && IsAway(report))
        {
            HypervisorEngine.Complete(step);
        }
        else if (source.Report is { IsMigrating: false } && !step.State.HasQuit && step.IsPast(step.State.ResolvingSinceNanoseconds, step.Plan.PausePatience))
        {
            // What stands there is a copy that is out of date; resumed, it would be a second guest.
            step.State = step.State with { HasQuit = true };
            step.Tell(MigrationSide.Source, HypervisorOrder.Quit);
        }
        else if (IsPastPatience(step))
        {
            NeedsPerson(step,
                $"The guest runs on {step.Plan.DestinationAddress}, but {step.Plan.SourceAddress} may still hold it ({Words(source)}): end what is there ('virsh destroy'), and never resume it; then run 'planner recover'.");
        }
    }

    private static void RunsOnSource(MachineStepBuilder step, HypervisorReport source, HypervisorSide destination)
    {
        if (source.IsMigrating)
        {
            CancelOnce(step);
        }
        else if ((destination.Report is { } report && IsAway(report)) || NeverStopped(step))
        {
            // A manager says "running" of a guest whose process has just died until it has noticed.
            if (step.IsPast(step.State.ResolvingSinceNanoseconds, step.Plan.PausePatience))
            {
                step.Restore(step.State.IntendedOutcome, Why(step, source.Error));
            }
        }
        else if (IsPastPatience(step))
        {
            NeedsPerson(step, destination.Report is { } standing
                ? $"The guest runs on {step.Plan.SourceAddress}, and a copy of it stands on {step.Plan.DestinationAddress} ({standing.Words}): end that one ('virsh destroy') and never resume it, then run 'planner recover'."
                : $"The guest runs on {step.Plan.SourceAddress}; whether it runs on {step.Plan.DestinationAddress} too is not known, since the manager there does not answer ({Trouble(destination)}). Look there before anything else, and if it runs end one of the two; then run 'planner recover'.");
        }
    }

    private static void StandsOnSource(MachineStepBuilder step, HypervisorReport source, HypervisorSide destination)
    {
        if (source.IsMigrating)
        {
            // After the end of the source the manager is on its way to let one of them run.
            if (step.State.Times.Sent is null && step.State.Times.Stopped is { } stopped && step.IsPast(stopped.ReceivedNanoseconds, step.Plan.SendingLimit))
            {
                CancelOnce(step);
            }

            if (IsPastPatience(step))
            {
                NeedsPerson(step, $"The guest of {step.Plan.SourceAddress} stands in a migration that does not end ({source.Words}); on the destination: {Words(destination)}. Abort it ('virsh domjobabort'), or mend the link; then run 'planner recover'.");
            }
        }
        else if (destination.Report is { } report && IsAway(report) && !step.State.IsHandedOver)
        {
            ContinueOnce(step, source);
        }
        else if (IsPastPatience(step))
        {
            NeedsPerson(step, (destination.Report, step.State.IsHandedOver) switch
            {
                (null, _) => $"The guest stands on {step.Plan.SourceAddress} ({source.Words}), and the destination's manager does not answer ({Trouble(destination)}), so it may run there: resume nothing. Bring the manager of {step.Plan.DestinationAddress} back, or make sure that its host is off; then run 'planner recover'.",
                (var there, true) when IsAway(there) => $"The guest ran on {step.Plan.DestinationAddress} and is gone there ({there.Words}); {step.Plan.SourceAddress} still holds it as it was before ({source.Words}), and its disks have gone on: end it ('virsh destroy') and start it anew from its disks.",
                (var there, _) => $"The guest stands on both hosts: {step.Plan.SourceAddress} ({source.Words}) and {step.Plan.DestinationAddress} ({there.Words}). If the destination never ran, end it ('virsh destroy') and then run 'planner recover', which lets the source run.",
            });
        }
    }

    private static void ContinueOnce(MachineStepBuilder step, HypervisorReport source)
    {
        if (!step.State.HasContinuedSource && step.IsPast(step.State.ResolvingSinceNanoseconds, step.Plan.PausePatience))
        {
            step.State = step.State with { HasContinuedSource = true };
            step.Tell(MigrationSide.Source, HypervisorOrder.Continue);
        }
        else if (IsPastPatience(step))
        {
            NeedsPerson(step, $"The guest stands on {step.Plan.SourceAddress} ({source.Words}) and could not be continued: 'virsh resume' it; the destination is without it.");
        }
    }

    private static void CancelOnce(MachineStepBuilder step)
    {
        // A manager that is past the source's end is not disturbed.
        if (step.State is { HasCancelled: false, Times.Sent: null })
        {
            step.State = step.State with { HasCancelled = true, CancelledNanoseconds = step.NowNanoseconds };
            step.Tell(MigrationSide.Source, HypervisorOrder.Cancel);
        }
        else if (IsPastPatience(step))
        {
            NeedsPerson(step, $"The migration of {step.Plan.SourceAddress} does not end ({Words(step.State.Source)}); the guest runs there: abort it ('virsh domjobabort'), then run 'planner recover'.");
        }
    }

    private static void NeedsPerson(MachineStepBuilder step, string reason) => step.End(MigrationOutcome.NeedsPerson, reason);

    private static bool IsAway(HypervisorReport report) => report.Guest is GuestRunState.Absent or GuestRunState.Over;

    private static bool NeverStopped(MachineStepBuilder step) => step.State is { IsRecovery: false, Times.Stopped: null };

    private static bool IsPastPatience(MachineStepBuilder step) => HypervisorResolving.IsOver(step);

    private static string Words(HypervisorSide side) => side.Report?.Words ?? Trouble(side);

    private static string Trouble(HypervisorSide side) => side.Trouble?.TrimEnd('.') ?? "nothing was heard";

    private static string Why(MachineStepBuilder step, string? error)
    {
        var reason = step.State.Reason;
        var cause = error is not null && step.State.IntendedOutcome == MigrationOutcome.Recovered && !reason.Contains(error, StringComparison.Ordinal)
            ? $"{reason.TrimEnd('.')}: {error.TrimEnd('.')}."
            : reason;
        return step.State.IntendedOutcome == MigrationOutcome.Stayed || cause.Contains("on the source", StringComparison.Ordinal)
            ? cause
            : $"{cause} {char.ToUpperInvariant(step.Plan.AtHome[0])}{step.Plan.AtHome[1..]}.";
    }
}
