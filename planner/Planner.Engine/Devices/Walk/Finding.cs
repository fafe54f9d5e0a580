using Planner.Measurements;

namespace Planner.Engine;

/// <summary>The beginning: every device tells its state, and a session starts only from where a migration can start.</summary>
internal static class Finding
{
    public static void Act(Turn turn)
    {
        var isComplete = true;
        for (var i = 0; i < turn.Count; i++)
        {
            isComplete &= turn.Get(MigrationSide.Source, i).GivenUp is not null || turn.Knows(MigrationSide.Source, i);
            isComplete &= turn.Get(MigrationSide.Destination, i).GivenUp is not null || turn.Knows(MigrationSide.Destination, i);
        }

        if (!isComplete)
        {
            return;
        }

        if (turn.State.IsRecovery)
        {
            BeginRecovery(turn);
        }
        else if (Refusal(turn) is { } refusal)
        {
            turn.End(refusal.Outcome, refusal.Reason);
        }
        else if (turn.State.IsCancelled)
        {
            turn.End(MigrationOutcome.Stayed, "It was cancelled before anything was touched.");
        }
        else
        {
            turn.Enter(EngineStage.OpeningJournal);
            turn.Send(new OpenJournal());
        }
    }

    private static (MigrationOutcome Outcome, string Reason)? Refusal(Turn turn)
    {
        for (var i = 0; i < turn.Count; i++)
        {
            var source = turn.Get(MigrationSide.Source, i);
            var name = turn.Plan.Devices[i].Describe(MigrationSide.Source);
            if (source.State != DeviceState.Running)
            {
                var trouble = source.GivenUp ?? $"it is in {source.State?.Name()}, not in RUNNING";
                return (MigrationOutcome.NeedsPerson, $"Nothing was touched, since the {name} cannot be migrated now: {trouble}; run 'planner recover', or bring it to RUNNING.");
            }
        }

        for (var i = 0; i < turn.Count; i++)
        {
            var destination = turn.Get(MigrationSide.Destination, i);
            var name = turn.Plan.Devices[i].Describe(MigrationSide.Destination);
            if (destination.State is not (DeviceState.Running or DeviceState.Stop))
            {
                var trouble = destination.GivenUp ?? $"it is in {destination.State?.Name()}, not in RUNNING or STOP";
                return (MigrationOutcome.Stayed, $"Nothing was touched, since the {name} cannot take a state now: {trouble}; reset it, or run 'planner recover'.");
            }
        }

        return null;
    }

    private static void BeginRecovery(Turn turn)
    {
        if (!turn.State.IsHandedOver)
        {
            Retreat.Begin(turn, MigrationOutcome.Recovered, turn.State.IsTakenBack
                ? "The migration was interrupted after its machine was taken back from the destination."
                : "The migration was interrupted before the handover.");
        }
        else if (!turn.State.Sources.Any(p => p.State?.IsRunning() == true))
        {
            turn.Enter(EngineStage.Starting);
        }
        else if (turn.State.Destinations.Any(p => p.State?.IsRunning() == true))
        {
            turn.End(MigrationOutcome.NeedsPerson, $"Devices run on both sides ({Failures.States(turn)}): stop the side that is out of date by hand.");
        }
        else
        {
            turn.Send(new MarkHandback());
            turn.State = turn.State with { IsHandedOver = false, IsTakenBack = true };
            Retreat.Begin(turn, MigrationOutcome.Recovered, "The migration was interrupted, and somebody has started the source again.");
        }
    }
}
