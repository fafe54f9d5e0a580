using Planner.Measurements;

namespace Planner.Engine;

/// <summary>From the first question to the start of a held migration.</summary>
internal static class HypervisorPreparing
{
    public static void Find(HypervisorTurn turn)
    {
        if (turn.State.Source.IsAsked || turn.State.Destination.IsAsked)
        {
            return;
        }

        if (turn.State.Source.IsGone)
        {
            turn.End(MigrationOutcome.NeedsPerson, $"Nothing was touched, but the process of {turn.Plan.SourceAddress} has ended: look why, and start the guest anew from its disks.");
            return;
        }

        if (Refusal(turn.State) is { } refusal)
        {
            turn.End(MigrationOutcome.Stayed, $"Nothing was touched, since {refusal}");
            return;
        }

        turn.Enter(HypervisorStage.OpeningJournal);
        turn.Send(new OpenJournal());
    }

    public static void Begin(HypervisorTurn turn)
    {
        foreach (var side in (ReadOnlySpan<MigrationSide>)[MigrationSide.Destination, MigrationSide.Source])
        {
            turn.Set(side, turn.State.Side(side) with { WasPrepared = true });
        }

        turn.Tell(MigrationSide.Destination, HypervisorOrder.Prepare);
    }

    /// <summary>One thing after the other: the source last, so that what goes wrong before has not touched it.</summary>
    public static void Answered(HypervisorTurn turn, HypervisorAnswered e)
    {
        if (e.Trouble is { } trouble)
        {
            turn.Resolve(MigrationOutcome.Recovered, $"The migration could not be started: {trouble}");
            return;
        }

        switch (e.Side, e.Order)
        {
            case (MigrationSide.Destination, HypervisorOrder.Prepare):
                turn.Tell(MigrationSide.Destination, HypervisorOrder.Listen);
                break;
            case (MigrationSide.Destination, HypervisorOrder.Listen):
                turn.Tell(MigrationSide.Source, HypervisorOrder.Prepare, turn.Plan is { MayThrottle: true, Mode: not MigrationMode.Shadow } ? 1 : 0);
                break;
            case (MigrationSide.Source, HypervisorOrder.Prepare):
                turn.State = turn.State with { IsBegun = true };
                turn.Tell(MigrationSide.Source, HypervisorOrder.Start);
                break;
            case (MigrationSide.Source, HypervisorOrder.Start):
                turn.State = turn.State with { Stage = HypervisorStage.PreCopying, HeardNanoseconds = turn.NowNanoseconds };
                turn.WakeIn(turn.Plan.SilencePatience);
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
            ({ Report.IsMigrating: true }, _) =>
                $"another migration of {state.Plan.SourceAddress} is under way ({source.Report.Words}): wait for its end, or cancel it; 'planner watch' advises beside it.",
            ({ Report.Guest: not GuestRunState.Running }, _) =>
                $"the guest of {state.Plan.SourceAddress} does not run ({source.Report!.Words}): continue it first, or run 'planner recover'.",
            (_, { Report.Guest: GuestRunState.Running }) =>
                $"{state.Plan.DestinationAddress} already runs a guest: start a destination with -incoming defer and -S.",
            (_, { Report.Guest: not GuestRunState.Incoming }) =>
                $"{state.Plan.DestinationAddress} does not wait for a machine ({destination.Report!.Words}): start it anew with -incoming defer and -S; a destination cannot be used twice.",
            (_, { Report.Migration: HypervisorMigrationStatus.Active or HypervisorMigrationStatus.Device or HypervisorMigrationStatus.Other }) =>
                $"{state.Plan.DestinationAddress} is already taking a machine in ({destination.Report!.Words}): start another destination.",
            _ => null,
        };
    }
}
