using Planner.Measurements;

namespace Planner.Engine;

/// <summary>From the handover on the destination starts, then the source is put to rest.</summary>
internal static class Handover
{
    /// <summary>How often an arc to the start on the destination may fail on one device.</summary>
    private const int StartTries = 3;

    public static void Begin(DeviceStepBuilder step)
    {
        step.Send(new MarkHandover());
        step.State = step.State with
        {
            Stage = EngineStage.Starting,
            IsHandedOver = true,
            Destinations = [.. step.State.Destinations.Select(p => p with { FailedSteps = 0 })],
        };
    }

    public static void Start(DeviceStepBuilder step)
    {
        var isQuiet = true;
        for (var i = 0; i < step.Count; i++)
        {
            isQuiet &= StepToQuiet(step, i);
        }

        if (step.State.Destinations.Any(p => p.GivenUp is not null))
        {
            if (!step.IsAnyPending(MigrationSide.Destination))
            {
                TakeBack.Begin(step);
            }

            return;
        }

        // No device may begin to talk to its peers before all of them can listen.
        var isRunning = isQuiet;
        for (var i = 0; i < step.Count && isQuiet; i++)
        {
            isRunning &= step.StepTowards(MigrationSide.Destination, i, DeviceState.Running);
        }

        if (isRunning)
        {
            step.EndBlackout(PauseKind.Blackout);
            step.Enter(EngineStage.Finishing);
            step.State = step.State with { Sources = [.. step.State.Sources.Select(p => p with { FailedSteps = 0 })] };
        }
    }

    public static void Finish(DeviceStepBuilder step)
    {
        var isDone = true;
        for (var i = 0; i < step.Count; i++)
        {
            var source = step.Get(MigrationSide.Source, i);
            isDone &= source.GivenUp is not null
                || (step.Knows(MigrationSide.Source, i) && step.StepTowards(MigrationSide.Source, i, DeviceState.Stop));
        }

        if (!isDone || step.IsAnyPending(MigrationSide.Source))
        {
            return;
        }

        var blackout = step.State.Pauses.Length;
        var isOver = step.State.Promise is { } limit && step.State.Pauses.Exceeds(limit);
        step.End(isOver ? MigrationOutcome.CompletedOverLimit : MigrationOutcome.Completed, Reason(step, blackout, isOver));
    }

    private static string Reason(DeviceStepBuilder step, TimeSpan blackout, bool isOver)
    {
        var (took, of) = Quantity.FormatAgainst(blackout, step.Plan.Limit ?? blackout);
        var text = step.State.IsRecovery
            ? "The migration was interrupted after the handover; it was finished, and the machine runs on the destination."
            : step.Plan.Limit is not null && step.Plan.Mode == MigrationMode.Active
                ? $"The machine runs on the destination after a blackout of {took}, {(isOver ? "above" : "within")} the limit of {of}."
                : $"The machine runs on the destination after a blackout of {Quantity.Format(blackout)}.";
        var left = step.State.Sources.Any(p => p.GivenUp is not null) ? $" Not every source device came to rest ({Failures.States(step)})." : "";
        return text + left;
    }

    /// <summary>Brings a destination device to where it can listen: RUNNING_P2P, or for one without P2P the STOP it is in.</summary>
    private static bool StepToQuiet(DeviceStepBuilder step, int device)
    {
        var destination = step.Get(MigrationSide.Destination, device);
        if (destination.GivenUp is not null || !step.Knows(MigrationSide.Destination, device))
        {
            return false;
        }

        if (destination.IsAstray)
        {
            step.Set(MigrationSide.Destination, device, destination with { GivenUp = "it runs although nothing has started it, as after a reset, which loses its state" });
            return false;
        }

        if (destination.FailedSteps >= StartTries || destination.State is not (DeviceState.Stop or DeviceState.RunningP2P or DeviceState.Running))
        {
            step.Set(MigrationSide.Destination, device, destination with { GivenUp = "it does not start" });
            return false;
        }

        var hasP2P = step.Plan.Devices[device].Destination.Capabilities.Has(MigrationCapabilities.P2P);
        return !hasP2P || destination.State == DeviceState.Running
            || step.StepTowards(MigrationSide.Destination, device, DeviceState.RunningP2P);
    }
}
