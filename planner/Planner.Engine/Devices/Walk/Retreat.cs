using Planner.Measurements;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>The way back: sources to RUNNING first, then destinations to where they were found.</summary>
internal static class Retreat
{
    /// <summary>How often an arc of the way back may fail on one device before the next means is tried.</summary>
    private const int UnwindTries = 2;

    public static void Begin(Turn turn, MigrationOutcome outcome, string reason)
    {
        if (turn.State.Streams.Any(s => s.Activity is StreamActivity.Surveying or StreamActivity.Moving))
        {
            turn.Send(new StopStreams());
        }

        turn.State = turn.State with
        {
            Stage = EngineStage.Retreating,
            IntendedOutcome = outcome,
            Reason = reason,
            Sources = [.. turn.State.Sources.Select(p => p with { FailedSteps = 0 })],
            Destinations = [.. turn.State.Destinations.Select(p => p with { FailedSteps = 0 })],
        };
    }

    public static void Act(Turn turn)
    {
        if (turn.State.IsTakenBack && turn.State.Sources.Any(p => p.State != DeviceState.Running) && !IsDestinationQuiet(turn))
        {
            return;
        }

        var isSettled = true;
        for (var i = 0; i < turn.Count; i++)
        {
            isSettled &= ReturnSource(turn, i);
        }

        if (!isSettled || turn.IsAnyPending(MigrationSide.Source))
        {
            return;
        }

        if (turn.State.Sources.Any(p => p.State != DeviceState.Running))
        {
            EndInTrouble(turn);
            return;
        }

        turn.EndBlackout();
        var isRestored = true;
        for (var i = 0; i < turn.Count; i++)
        {
            isRestored &= RestoreDestination(turn, i);
        }

        if (isRestored && !turn.IsAnyPending(MigrationSide.Destination))
        {
            EndOnSource(turn);
        }
    }

    /// <summary>What ran and is in ERROR may still write memory: it is reset before the source runs. Whoever recovers a machine has seen to
    /// what cannot be reset.</summary>
    private static bool IsDestinationQuiet(Turn turn)
    {
        var isKnown = true;
        for (var i = 0; i < turn.Count; i++)
        {
            var destination = turn.Get(MigrationSide.Destination, i);
            if (destination.GivenUp is null && turn.Knows(MigrationSide.Destination, i)
                && destination is { State: DeviceState.Error, ResetFailed: false } && turn.Plan.Devices[i].Destination.OffersReset)
            {
                Reset(turn, MigrationSide.Destination, i);
            }

            isKnown &= turn.Get(MigrationSide.Destination, i) is { Pending: PendingCommand.None } now && (now.State is not null || now.GivenUp is not null);
        }

        if (isKnown && !turn.State.IsRecovery && turn.State.Destinations.Any(p => p.ResetFailed || p.State is null))
        {
            turn.End(
                MigrationOutcome.NeedsPerson,
                $"{turn.State.Reason} But a destination device could not be reset ({Failures.States(turn)}): make sure that it is off, then run 'planner recover', which starts the source.");
            return false;
        }

        return isKnown;
    }

    /// <returns>Whether the device is where it should be, or was given up.</returns>
    private static bool ReturnSource(Turn turn, int device)
    {
        var source = turn.Get(MigrationSide.Source, device);
        if (source.GivenUp is not null)
        {
            return true;
        }

        if (IsStreaming(turn, device) || !turn.Knows(MigrationSide.Source, device))
        {
            return false;
        }

        if (source.State == DeviceState.Running)
        {
            return true;
        }

        switch (NextMeans(turn, device))
        {
            case FailureAction.Unwind:
                // All devices can listen before one begins to talk to its peers.
                var areAllListening = turn.State.Sources.All(p => p.GivenUp is not null || p.State?.IsRunning() == true);
                var hasP2P = turn.Plan.Devices[device].Source.Capabilities.Has(MigrationCapabilities.P2P);
                if (areAllListening || !hasP2P)
                {
                    turn.StepTowards(MigrationSide.Source, device, DeviceState.Running);
                }
                else if (source.State?.IsRunning() != true)
                {
                    turn.StepTowards(MigrationSide.Source, device, DeviceState.RunningP2P);
                }

                return false;
            case FailureAction.Reset:
                Reset(turn, MigrationSide.Source, device);
                return false;
            default:
                return GiveUp(turn, MigrationSide.Source, device, "nothing that the policy allows brings it back to RUNNING");
        }
    }

    /// <returns>Whether the device is where it was found, or was given up.</returns>
    private static bool RestoreDestination(Turn turn, int device)
    {
        var destination = turn.Get(MigrationSide.Destination, device);
        if (destination.GivenUp is not null || !destination.WasTouched)
        {
            return true;
        }

        if (IsStreaming(turn, device) || !turn.Knows(MigrationSide.Destination, device))
        {
            return false;
        }

        if (!destination.WasReset && HasTakenState(turn, device))
        {
            // What holds any of the guest's state must never be started, however right its state looks.
            return Empty(turn, device);
        }

        if (destination.State == destination.Found)
        {
            return true;
        }

        if (CanWalk(turn, MigrationSide.Destination, device))
        {
            turn.StepTowards(MigrationSide.Destination, device, destination.Found!.Value);
            return false;
        }

        return GiveUp(turn, MigrationSide.Destination, device, "it could not be brought back to where it was");
    }

    private static bool Empty(Turn turn, int device)
    {
        var destination = turn.Get(MigrationSide.Destination, device);
        if (destination.ResetFailed || !turn.Plan.Devices[device].Destination.OffersReset)
        {
            return GiveUp(turn, MigrationSide.Destination, device, "it holds state of the guest and could not be reset");
        }

        Reset(turn, MigrationSide.Destination, device);
        return false;
    }

    private static bool GiveUp(Turn turn, MigrationSide side, int device, string trouble)
    {
        turn.Set(side, device, turn.Get(side, device) with { GivenUp = trouble });
        return true;
    }

    private static bool HasTakenState(Turn turn, int device) =>
        turn.State.IsRecovery || turn.State.Destinations[device].State == DeviceState.Resuming || turn.State.Streams[device] is { PreCopiedBytes: > 0 } or { Activity: StreamActivity.Loaded or StreamActivity.Broken };

    /// <summary>The next thing to try with a source device that is not in RUNNING; null if there is nothing left.</summary>
    private static FailureAction? NextMeans(Turn turn, int device)
    {
        var source = turn.Get(MigrationSide.Source, device);
        var canWalk = CanWalk(turn, MigrationSide.Source, device);

        // A device on which nothing failed simply walks back, as does one that has just been reset.
        if (canWalk && (!source.HasFailed || source.WasReset))
        {
            return FailureAction.Unwind;
        }

        var canReset = !source.WasReset && !source.ResetFailed && turn.Plan.Devices[device].Source.OffersReset;
        foreach (var means in turn.Plan.OnFailure)
        {
            if (means == FailureAction.Unwind ? canWalk : canReset)
            {
                return means;
            }
        }

        return null;
    }

    private static bool CanWalk(Turn turn, MigrationSide side, int device)
    {
        var participant = turn.Get(side, device);
        return participant.FailedSteps < UnwindTries && MigrationStateMachine.TryGetPath(
            participant.State!.Value, participant.Found ?? DeviceState.Running, turn.Plan.Devices[device].Offer(side).Capabilities, out _);
    }

    private static void Reset(Turn turn, MigrationSide side, int device)
    {
        turn.Set(side, device, turn.Get(side, device) with { Pending = PendingCommand.Reset, FailedSteps = 0 });
        turn.Send(new ResetDevice(side, device));
    }

    private static bool IsStreaming(Turn turn, int device) =>
        turn.State.Streams[device].Activity is StreamActivity.Surveying or StreamActivity.Moving;

    private static void EndInTrouble(Turn turn) => turn.End(
        MigrationOutcome.NeedsPerson,
        $"{turn.State.Reason} The machine could not be brought back to RUNNING on the source ({Failures.States(turn)}): repair or reset what is named, then run 'planner recover'.");

    private static void EndOnSource(Turn turn)
    {
        var where = turn.State.IsRecovery ? " The machine runs on the source." : "";
        var reset = turn.State.Sources.Any(p => p.WasReset)
            ? " A source device had to be reset, and the guest will notice."
            : "";
        var left = turn.State.Destinations.Any(p => p.GivenUp is not null)
            ? $" The destination is not as it was found ({Failures.States(turn)}): reset it before the next migration."
            : "";
        var outcome = left.Length > 0 || reset.Length > 0 ? MigrationOutcome.Recovered : turn.State.IntendedOutcome;
        turn.End(outcome, turn.State.Reason + where + reset + left);
    }
}
