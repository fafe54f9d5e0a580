using Planner.Measurements;

namespace Planner.Engine;

/// <summary>A destination that does not start after the handover: it is brought to rest, and the machine goes back to the source.</summary>
/// <remarks>The source still has the whole state, since it is put to rest only after the start. The guest's own processors have not run on
/// the destination: a VMM starts them after the devices.</remarks>
internal static class Handback
{
    /// <summary>How often an arc to STOP may fail on one device.</summary>
    private const int StopTries = 3;

    public static void Begin(Turn turn)
    {
        // After a crash nobody can tell whether the guest has run on the destination already; a device beyond reach may run.
        if (turn.State.IsRecovery || turn.State.Destinations.Any(p => p.State is null) || IsAnyStuck(turn))
        {
            NeedPerson(turn);
            return;
        }

        turn.State = turn.State with
        {
            Stage = EngineStage.TakingBack,
            Reason = $"After the handover the destination did not start ({Failures.States(turn, MigrationSide.Destination)}), and the machine was taken back to the source.",
            Destinations = [.. turn.State.Destinations.Select(p => p with { FailedSteps = 0, GivenUp = null })],
        };
    }

    public static void Act(Turn turn)
    {
        var isKnown = true;
        for (var i = 0; i < turn.Count; i++)
        {
            isKnown &= turn.Get(MigrationSide.Destination, i).GivenUp is not null || turn.Knows(MigrationSide.Destination, i);
        }

        if (!isKnown)
        {
            return;
        }

        if (turn.State.Destinations.Any(p => p.GivenUp is not null) || IsAnyStuck(turn))
        {
            NeedPerson(turn);
        }
        else if (turn.State.Destinations.Any(Runs))
        {
            Stop(turn);
        }
        else
        {
            turn.Send(new MarkHandback());
            turn.State = turn.State with { IsHandedOver = false, IsTakenBack = true };
            Retreat.Begin(turn, MigrationOutcome.Recovered, turn.State.Reason);
        }
    }

    /// <summary>One arc nearer to STOP. No device stops before the others have ceased to talk to it.</summary>
    private static void Stop(Turn turn)
    {
        var isAnyTalking = turn.State.Destinations.Any(p => Runs(p) && p.State == DeviceState.Running);
        for (var i = 0; i < turn.Count; i++)
        {
            if (Runs(turn.Get(MigrationSide.Destination, i)))
            {
                var hasP2P = turn.Plan.Devices[i].Destination.Capabilities.Has(MigrationCapabilities.P2P);
                turn.StepTowards(MigrationSide.Destination, i, isAnyTalking && hasP2P ? DeviceState.RunningP2P : DeviceState.Stop);
            }
        }
    }

    private static bool Runs(Participant destination) => destination.State?.IsRunning() == true;

    /// <summary>Whether a device can be neither stopped nor reset: one in ERROR may still write memory.</summary>
    private static bool IsAnyStuck(Turn turn) => turn.Plan.Devices.Where((device, i) => turn.Get(MigrationSide.Destination, i) is var destination
        && ((destination.State == DeviceState.Error && !device.Destination.OffersReset)
            || (turn.State.Stage == EngineStage.TakingBack && Runs(destination) && destination.FailedSteps >= StopTries))).Any();

    private static void NeedPerson(Turn turn) => turn.End(
        MigrationOutcome.NeedsPerson,
        $"The state was handed over, but the destination did not start ({Failures.States(turn)}): bring its devices to RUNNING by hand, and do not start the source.");
}
