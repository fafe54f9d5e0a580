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

        switch (NextMeans(turn, MigrationSide.Source, device))
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
                turn.Set(MigrationSide.Source, device, source with { GivenUp = "nothing that the policy allows brings it back to RUNNING" });
                return true;
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

        // Nothing of the guest may stay behind: a destination that took any of its state is reset, even if its state looks right.
        var hasTakenState = !destination.WasReset && (destination.State == DeviceState.Resuming || HasTakenState(turn, device));
        if (hasTakenState && turn.Plan.Devices[device].Destination.OffersReset)
        {
            Reset(turn, MigrationSide.Destination, device);
            return false;
        }

        if (destination.State == destination.Found)
        {
            return true;
        }

        if (destination.Found is { } found && NextMeans(turn, MigrationSide.Destination, device) == FailureAction.Unwind)
        {
            turn.StepTowards(MigrationSide.Destination, device, found);
            return false;
        }

        turn.Set(MigrationSide.Destination, device, destination with { GivenUp = "it could not be brought back to where it was" });
        return true;
    }

    private static bool HasTakenState(Turn turn, int device) =>
        turn.State.IsRecovery || turn.State.Streams[device] is { PreCopiedBytes: > 0 } or { Activity: StreamActivity.Loaded or StreamActivity.Broken };

    /// <summary>The next thing to try with a device that is not where it should be; null if there is nothing left.</summary>
    private static FailureAction? NextMeans(Turn turn, MigrationSide side, int device)
    {
        var participant = turn.Get(side, device);
        var target = side == MigrationSide.Source ? DeviceState.Running : participant.Found ?? DeviceState.Running;
        var hasWay = participant.FailedSteps < UnwindTries
            && MigrationStateMachine.TryGetPath(participant.State!.Value, target, turn.Plan.Devices[device].Offer(side).Capabilities, out _);

        // A device on which nothing failed simply walks back, as does one that has just been reset.
        if (hasWay && (!participant.HasFailed || participant.WasReset || side == MigrationSide.Destination))
        {
            return FailureAction.Unwind;
        }

        foreach (var means in turn.Plan.OnFailure)
        {
            if (means == FailureAction.Unwind ? hasWay : !participant.WasReset && turn.Plan.Devices[device].Offer(side).OffersReset)
            {
                return means;
            }
        }

        return null;
    }

    private static void Reset(Turn turn, MigrationSide side, int device)
    {
        turn.Set(side, device, turn.Get(side, device) with { Pending = PendingCommand.Reset, WasReset = true, FailedSteps = 0 });
        turn.Send(new ResetDevice(side, device));
    }

    private static bool IsStreaming(Turn turn, int device) =>
        turn.State.Streams[device].Activity is StreamActivity.Surveying or StreamActivity.Moving;

    private static void EndInTrouble(Turn turn) => turn.End(
        MigrationOutcome.NeedsPerson,
        $"{turn.State.Reason} The machine could not be brought back to RUNNING on the source ({Failures.States(turn)}): repair or reset what is named, then run 'planner recover'.");

    private static void EndOnSource(Turn turn)
    {
        var reset = turn.State.Sources.Any(p => p.WasReset)
            ? " A source device had to be reset, and the guest will notice."
            : "";
        var left = turn.State.Destinations.Any(p => p.GivenUp is not null)
            ? $" The destination is not as it was found ({Failures.States(turn)}): reset it before the next migration."
            : "";
        var outcome = left.Length > 0 || reset.Length > 0 ? MigrationOutcome.Recovered : turn.State.IntendedOutcome;
        turn.End(outcome, turn.State.Reason + reset + left);
    }
}
