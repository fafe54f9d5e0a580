using Planner.Measurements;

namespace Planner.Engine;

/// <summary>From the handover on the destination starts, then the source is put to rest.</summary>
internal static class Handover
{
    /// <summary>How often an arc to the start on the destination may fail on one device.</summary>
    private const int StartTries = 3;

    public static void Begin(Turn turn)
    {
        turn.Send(new MarkHandover());
        turn.State = turn.State with
        {
            Stage = EngineStage.Starting,
            IsHandedOver = true,
            Destinations = [.. turn.State.Destinations.Select(p => p with { FailedSteps = 0 })],
        };
    }

    public static void Start(Turn turn)
    {
        var isQuiet = true;
        for (var i = 0; i < turn.Count; i++)
        {
            isQuiet &= StepToQuiet(turn, i);
        }

        if (turn.State.Destinations.Any(p => p.GivenUp is not null))
        {
            if (!turn.IsAnyPending(MigrationSide.Destination))
            {
                Handback.Begin(turn);
            }

            return;
        }

        // No device may begin to talk to its peers before all of them can listen.
        var isRunning = isQuiet;
        for (var i = 0; i < turn.Count && isQuiet; i++)
        {
            isRunning &= turn.StepTowards(MigrationSide.Destination, i, DeviceState.Running);
        }

        if (isRunning)
        {
            turn.EndBlackout();
            turn.Enter(EngineStage.Finishing);
            turn.State = turn.State with { Sources = [.. turn.State.Sources.Select(p => p with { FailedSteps = 0 })] };
        }
    }

    public static void Finish(Turn turn)
    {
        var isDone = true;
        for (var i = 0; i < turn.Count; i++)
        {
            var source = turn.Get(MigrationSide.Source, i);
            isDone &= source.GivenUp is not null
                || (turn.Knows(MigrationSide.Source, i) && turn.StepTowards(MigrationSide.Source, i, DeviceState.Stop));
        }

        if (!isDone || turn.IsAnyPending(MigrationSide.Source))
        {
            return;
        }

        var blackout = TimeSpan.FromTicks(turn.State.PastBlackoutNanoseconds / TimeSpan.NanosecondsPerTick);
        var isOver = turn.Plan.Mode == MigrationMode.Active && turn.Plan.Limit is { } limit && blackout > limit;
        turn.End(isOver ? MigrationOutcome.CompletedOverLimit : MigrationOutcome.Completed, Reason(turn, blackout, isOver));
    }

    private static string Reason(Turn turn, TimeSpan blackout, bool isOver)
    {
        var text = turn.State.IsRecovery
            ? "The migration was interrupted after the handover; it was finished, and the machine runs on the destination."
            : turn.Plan.Limit is { } limit && turn.Plan.Mode == MigrationMode.Active
                ? $"The machine runs on the destination after a blackout of {Quantity.Format(blackout)}, {(isOver ? "above" : "within")} the limit of {Quantity.Format(limit)}."
                : $"The machine runs on the destination after a blackout of {Quantity.Format(blackout)}.";
        var left = turn.State.Sources.Any(p => p.GivenUp is not null) ? $" Not every source device came to rest ({Failures.States(turn)})." : "";
        return text + left;
    }

    /// <summary>Brings a destination device to where it can listen: RUNNING_P2P, or for one without P2P the STOP it is in.</summary>
    private static bool StepToQuiet(Turn turn, int device)
    {
        var destination = turn.Get(MigrationSide.Destination, device);
        if (destination.GivenUp is not null || !turn.Knows(MigrationSide.Destination, device))
        {
            return false;
        }

        if (destination.FailedSteps >= StartTries || destination.State is not (DeviceState.Stop or DeviceState.RunningP2P or DeviceState.Running))
        {
            turn.Set(MigrationSide.Destination, device, destination with { GivenUp = "it does not start" });
            return false;
        }

        var hasP2P = turn.Plan.Devices[device].Destination.Capabilities.Has(MigrationCapabilities.P2P);
        return !hasP2P || destination.State == DeviceState.Running
            || turn.StepTowards(MigrationSide.Destination, device, DeviceState.RunningP2P);
    }
}
