using Planner.Measurements;

namespace Planner.Engine;

/// <summary>The beginning: every device tells its state, and a session starts only from where a migration can start.</summary>
internal static class StateDiscovery
{
    public static void Act(DeviceStepBuilder step)
    {
        var isComplete = true;
        for (var i = 0; i < step.Count; i++)
        {
            isComplete &= step.Get(MigrationSide.Source, i).GivenUp is not null || step.Knows(MigrationSide.Source, i);
            isComplete &= step.Get(MigrationSide.Destination, i).GivenUp is not null || step.Knows(MigrationSide.Destination, i);
        }

        if (!isComplete)
        {
            return;
        }

        if (step.State.IsRecovery)
        {
            BeginRecovery(step);
        }
        else if (Refusal(step) is { } refusal)
        {
            step.End(MigrationOutcome.Stayed, $"Nothing was touched, since the {refusal}.");
        }
        else if (step.State.IsCancelled)
        {
            step.End(MigrationOutcome.Stayed, "It was cancelled before anything was touched.");
        }
        else
        {
            step.Enter(EngineStage.OpeningJournal);
            step.Send(new OpenJournal());
        }
    }

    /// <summary>Why nothing can begin from here. Whatever the state, nobody is called for what was not touched: the machine may run elsewhere.</summary>
    private static string? Refusal(DeviceStepBuilder step)
    {
        for (var i = 0; i < step.Count; i++)
        {
            var source = step.Get(MigrationSide.Source, i);
            var name = step.Plan.Devices[i].Describe(MigrationSide.Source);
            if (source.State != DeviceState.Running)
            {
                var found = source.GivenUp ?? $"it is in {source.State?.Name()}, not in RUNNING";
                return $"{name} cannot be migrated now: {found}; {step.Plan.Moved ?? "look first where its machine runs, for another migration may be under way or may have moved it; "
                    + "if that was interrupted, run 'planner recover' where it was begun"}";
            }
        }

        for (var i = 0; i < step.Count; i++)
        {
            var destination = step.Get(MigrationSide.Destination, i);
            var name = step.Plan.Devices[i].Describe(MigrationSide.Destination);
            if (destination.State is not (DeviceState.Running or DeviceState.Stop))
            {
                return $"{name} cannot take a state now: {destination.GivenUp
                    ?? $"it is in {destination.State?.Name()}, not in RUNNING or STOP; {Failures.Restart}, unless another migration is under way"}";
            }
        }

        return null;
    }

    private static void BeginRecovery(DeviceStepBuilder step)
    {
        if ((step.State.IsHandedOver || step.State.MayLackSteps) && step.State.Destinations.Any(p => p.IsAstray))
        {
            step.End(
                MigrationOutcome.NeedsPerson,
                $"Nothing was touched, since the journal does not say how the destination came to run ({Failures.States(step)}): either its state is lost, or the journal's last steps are. "
                + "Look at the guest there: if it is well, bring the source to STOP; if not, reset the destination and bring the source to RUNNING. Then delete the journal.");
        }
        else if (step.State.MayLackSteps && step.State.Destinations.Any(p => p.State is null))
        {
            // It may have been handed over, and may run: to start the source would start it twice.
            step.End(
                MigrationOutcome.NeedsPerson,
                $"Nothing was touched, since the journal's last steps may be lost and the destination cannot be asked whether it runs ({Failures.States(step)}). "
                + "See to it that it answers or is gone for good; if the guest is well there, bring the source to STOP, if not, bring the source to RUNNING. Then delete the journal.");
        }
        else if (!step.State.IsHandedOver)
        {
            Rollback.Begin(step, MigrationOutcome.Recovered, step.State.IsTakenBack
                ? "The migration was interrupted after its machine was taken back from the destination."
                : "The migration was interrupted before the handover.");
        }
        else if (!step.State.Sources.Any(p => p.State?.IsRunning() == true))
        {
            step.Enter(EngineStage.Starting);
        }
        else if (step.State.Destinations.Any(p => p.State?.IsRunning() == true))
        {
            step.End(MigrationOutcome.NeedsPerson, $"Devices run on both sides ({Failures.States(step)}): stop the side that is out of date by hand.");
        }
        else
        {
            TakeBack.ToSource(step, "The migration was interrupted, and somebody has started the source again.");
        }
    }
}
