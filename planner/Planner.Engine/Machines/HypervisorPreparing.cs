using Planner.Measurements;

namespace Planner.Engine;

/// <summary>From the first question to the start of a held migration.</summary>
internal static class HypervisorPreparing
{
    public static void Find(MachineStepBuilder step)
    {
        if (step.State.Source.IsAsked || step.State.Destination.IsAsked)
        {
            return;
        }

        if (step.State.Source.IsGone)
        {
            step.End(MigrationOutcome.Stayed, $"Nothing was touched, since the process of {step.Plan.SourceAddress} has ended: {step.Plan.Moved ?? "look where its guest runs, and if nowhere, start it anew from its disks"}.");
            return;
        }

        if (Refusal(step.State) is { } refusal)
        {
            step.End(MigrationOutcome.Stayed, $"Nothing was touched, since {refusal}");
            return;
        }

        step.Enter(HypervisorStage.OpeningJournal);
        step.Send(new OpenJournal());
    }

    public static void Begin(MachineStepBuilder step)
    {
        foreach (var side in (ReadOnlySpan<MigrationSide>)[MigrationSide.Destination, MigrationSide.Source])
        {
            step.Set(side, step.State.Side(side) with { WasPrepared = true });
        }

        step.Tell(MigrationSide.Destination, HypervisorOrder.Prepare);
    }

    /// <summary>One thing after the other: the source last, so that what goes wrong before has not touched it.</summary>
    public static void Answered(MachineStepBuilder step, HypervisorAnswered e)
    {
        if (e.Trouble is { } trouble)
        {
            step.Resolve(MigrationOutcome.Recovered, $"The migration could not be started: {trouble}");
            return;
        }

        switch (e.Side, e.Order)
        {
            case (MigrationSide.Destination, HypervisorOrder.Prepare):
                step.Tell(MigrationSide.Destination, HypervisorOrder.Listen);
                break;
            case (MigrationSide.Destination, HypervisorOrder.Listen):
                step.Tell(MigrationSide.Source, HypervisorOrder.Prepare, step.Plan is { MayThrottle: true, Mode: not MigrationMode.Shadow } ? 1 : 0);
                break;
            case (MigrationSide.Source, HypervisorOrder.Prepare):
                step.State = step.State with { IsBegun = true };
                step.Tell(MigrationSide.Source, HypervisorOrder.Start);
                break;
            case (MigrationSide.Source, HypervisorOrder.Start):
                step.State = step.State with { Stage = HypervisorStage.PreCopying, HeardNanoseconds = step.NowNanoseconds };
                step.WakeIn(step.Plan.SilencePatience);
                break;
        }
    }

    private static string? Refusal(HypervisorState state)
    {
        var (source, destination) = (state.Source, state.Destination);
        return (source, destination) switch
        {
            ({ Trouble: { } trouble }, _) => $"the source cannot be asked: {trouble}",
            (_, { Trouble: { } trouble }) => $"the destination cannot be asked: {trouble}",
            ({ Report.Migration: HypervisorMigrationStatus.PostCopy }, _) =>
                $"{state.Plan.SourceAddress} is in post-copy ({source.Report.Words}): its guest belongs to the destination of that migration, and a part of its memory is still here. End neither before it has completed.",
            ({ Report.IsMigrating: true }, _) when state.Plan.IsManaged =>
                $"another migration of {state.Plan.SourceAddress} is under way ({source.Report.Words}): wait for its end, or take charge of it with 'planner steer'.",
            ({ Report.IsMigrating: true }, _) =>
                $"another migration of {state.Plan.SourceAddress} is under way ({source.Report.Words}): wait for its end, or cancel it; 'planner watch' advises beside it.",
            ({ Report.Guest: GuestRunState.Migrated }, _) =>
                $"the guest of {state.Plan.SourceAddress} was migrated away ({source.Report.Words}): {state.Plan.Moved ?? "look where it runs, and do not continue it here"}.",
            ({ Report.Guest: not GuestRunState.Running }, _) when state.Plan.Moved is { } moved =>
                $"the guest of {state.Plan.SourceAddress} does not run ({source.Report!.Words}): {moved}.",
            ({ Report.Guest: not GuestRunState.Running }, _) when state.Plan.IsManaged =>
                $"the guest of {state.Plan.SourceAddress} does not run ({source.Report!.Words}): start or resume it first ('virsh resume'), unless it waits for 'planner recover' by whoever began to migrate it.",
            (_, { Report.Guest: GuestRunState.Absent or GuestRunState.Over }) when state.Plan.IsManaged => null,
            (_, { Report.Guest: var guest }) when state.Plan.IsManaged =>
                $"{state.Plan.DestinationAddress} is there already ({destination.Report!.Words}): {(guest == GuestRunState.Running ? "end it, or migrate to another host" : "run 'planner recover' if a migration of it was interrupted, or end it")}.",
            ({ Report.Guest: GuestRunState.Running }, _) when state.Plan.IsPaused =>
                $"the guest of {state.Plan.SourceAddress} runs ({source.Report.Words}): leave out --paused, or pause it first ('stop' in its monitor).",
            ({ Report.Guest: GuestRunState.Paused }, _) when !state.Plan.IsPaused =>
                $"the guest of {state.Plan.SourceAddress} does not run ({source.Report.Words}): continue it first ('cont' in its monitor), or migrate it with --paused to have it paused on the destination, unless it waits for 'planner recover' by whoever began to migrate it.",
            ({ Report.Guest: not (GuestRunState.Running or GuestRunState.Paused) }, _) =>
                $"the guest of {state.Plan.SourceAddress} does not run ({source.Report!.Words}): continue it first ('cont' in its monitor), unless it waits for 'planner recover' by whoever began to migrate it.",
            (_, { Report.Guest: GuestRunState.Running }) =>
                $"{state.Plan.DestinationAddress} already runs a guest: start a destination with -incoming defer and -S.",
            (_, { Report.Guest: not GuestRunState.Incoming }) =>
                $"{state.Plan.DestinationAddress} does not wait for a machine ({destination.Report!.Words}): start it anew with -incoming defer and -S; a destination cannot be used twice.",
            (_, { Report.Migration: HypervisorMigrationStatus.Active or HypervisorMigrationStatus.Device or HypervisorMigrationStatus.PostCopy or HypervisorMigrationStatus.Other }) =>
                $"{state.Plan.DestinationAddress} is already taking a machine in ({destination.Report!.Words}): start another destination.",
            _ => null,
        };
    }
}
