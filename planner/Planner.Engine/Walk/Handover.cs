using Planner.Measurements;

namespace Planner.Engine;

/// <summary>From the handover on the destination starts, then the source is put to rest. If a device does not start, the machine is taken
/// back as long as nothing of it can run on the destination.</summary>
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
                BeginTakingBack(turn);
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

    /// <summary>Puts every device of the destination to rest, notes that the machine belongs to the source again, and goes back.</summary>
    /// <remarks>The source still has the whole state, since it is put to rest only after the start. The guest's own processors have not
    /// run on the destination: they start after the devices.</remarks>
    public static void TakeBack(Turn turn)
    {
        var isAtRest = true;
        for (var i = 0; i < turn.Count; i++)
        {
            var destination = turn.Get(MigrationSide.Destination, i);
            if (destination.GivenUp is not null || destination.FailedSteps >= StartTries)
            {
                NeedPerson(turn);
                return;
            }

            isAtRest &= turn.Knows(MigrationSide.Destination, i)
                && (destination.State?.IsRunning() != true || turn.StepTowards(MigrationSide.Destination, i, DeviceState.Stop));
        }

        if (!isAtRest || turn.IsAnyPending(MigrationSide.Destination))
        {
            return;
        }

        turn.Send(new MarkHandback());
        turn.State = turn.State with { IsHandedOver = false };
        Retreat.Begin(turn, MigrationOutcome.Recovered, turn.State.Reason);
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
                ? $"The machine runs on the destination after a blackout of {UnitText.Format(blackout)}, {(isOver ? "above" : "within")} the limit of {UnitText.Format(limit)}."
                : $"The machine runs on the destination after a blackout of {UnitText.Format(blackout)}.";
        var left = turn.State.Sources.Any(p => p.GivenUp is not null) ? $" Not every source device came to rest ({Failures.States(turn)})." : "";
        return text + left;
    }

    /// <remarks>After a crash nobody can tell whether the guest has run on the destination already; a device beyond reach may run.</remarks>
    private static void BeginTakingBack(Turn turn)
    {
        if (turn.State.IsRecovery || turn.State.Destinations.Any(p => p.State is null))
        {
            NeedPerson(turn);
            return;
        }

        turn.State = turn.State with
        {
            Stage = EngineStage.TakingBack,
            Reason = $"The state was handed over, but the destination did not start ({Failures.States(turn)}).",
            Destinations = [.. turn.State.Destinations.Select(p => p with { FailedSteps = 0, GivenUp = null })],
        };
    }

    private static void NeedPerson(Turn turn) => turn.End(
        MigrationOutcome.NeedsPerson,
        $"The state was handed over, but the destination did not start ({Failures.States(turn)}): bring its devices to RUNNING by hand, and do not start the source.");

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
