using Planner.Measurements;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>The way back: sources to RUNNING first, then destinations to where they were found.</summary>
internal static class Rollback
{
    /// <summary>How often an arc of the way back may fail on one device before the next means is tried.</summary>
    private const int UnwindTries = 2;

    public static void Begin(DeviceStepBuilder step, MigrationOutcome outcome, string reason)
    {
        if (step.State.Streams.Any(s => s.Activity is StreamActivity.Surveying or StreamActivity.Moving))
        {
            step.Send(new StopStreams());
        }

        step.State = step.State with
        {
            Stage = EngineStage.RollingBack,
            IntendedOutcome = outcome,
            Reason = reason,
            Sources = [.. step.State.Sources.Select(p => p with { FailedSteps = 0 })],
            Destinations = [.. step.State.Destinations.Select(p => p with { FailedSteps = 0 })],
        };
    }

    public static void Act(DeviceStepBuilder step)
    {
        if (step.State.IsTakenBack && step.State.Sources.Any(p => p.State != DeviceState.Running) && !IsDestinationQuiet(step))
        {
            return;
        }

        if (step.State.Sources.All(IsFree))
        {
            step.EndBlackout(step.State.PauseInVain);
        }

        var isSettled = true;
        for (var i = 0; i < step.Count; i++)
        {
            isSettled &= ReturnSource(step, i);
        }

        if (!isSettled || step.IsAnyPending(MigrationSide.Source))
        {
            return;
        }

        if (step.State.Sources.Any(p => p.State != DeviceState.Running))
        {
            EndInTrouble(step);
            return;
        }

        var isRestored = true;
        for (var i = 0; i < step.Count; i++)
        {
            isRestored &= RestoreDestination(step, i);
        }

        if (isRestored && !step.IsAnyPending(MigrationSide.Destination))
        {
            EndOnSource(step);
        }
    }

    /// <summary>What ran and is in ERROR may still write memory: it is reset before the source runs. Whoever recovers a machine has seen to
    /// what cannot be reset.</summary>
    private static bool IsDestinationQuiet(DeviceStepBuilder step)
    {
        var isKnown = true;
        for (var i = 0; i < step.Count; i++)
        {
            var destination = step.Get(MigrationSide.Destination, i);
            if (destination.GivenUp is null && step.Knows(MigrationSide.Destination, i)
                && destination.State == DeviceState.Error && CanReset(step, MigrationSide.Destination, i))
            {
                Reset(step, MigrationSide.Destination, i);
            }

            isKnown &= step.Get(MigrationSide.Destination, i) is { Pending: PendingCommand.None } now && (now.State is not null || now.GivenUp is not null);
        }

        if (isKnown && !step.State.IsRecovery && step.State.Destinations.Any(p => p.ResetFailed || p.State is null))
        {
            step.End(
                MigrationOutcome.NeedsPerson,
                $"{step.State.Reason} But a destination device could not be reset ({Failures.States(step)}): end its server, so that it is off, then run 'planner recover', which starts the source.");
            return false;
        }

        return isKnown;
    }

    /// <returns>Whether the device is where it should be, or was given up.</returns>
    private static bool ReturnSource(DeviceStepBuilder step, int device)
    {
        var source = step.Get(MigrationSide.Source, device);
        if (source.GivenUp is not null)
        {
            return true;
        }

        if (IsStreaming(step, device) || !step.Knows(MigrationSide.Source, device))
        {
            return false;
        }

        if (source.State == DeviceState.Running)
        {
            return true;
        }

        // In PRE_COPY a device runs as freely as in RUNNING: it goes on once the guest's pause is over, so that its arc is not counted as one.
        if (IsFree(source) && step.State.BlackoutSinceNanoseconds is not null && step.State.Sources.Any(p => p.GivenUp is null && !IsFree(p)))
        {
            return false;
        }

        switch (NextMeans(step, device))
        {
            case FailureAction.Unwind:
                // All devices can listen before one begins to talk to its peers.
                var areAllListening = step.State.Sources.All(p => p.GivenUp is not null || p.State?.IsRunning() == true);
                var hasP2P = step.Plan.Devices[device].Source.Capabilities.Has(MigrationCapabilities.P2P);
                if (areAllListening || !hasP2P)
                {
                    step.StepTowards(MigrationSide.Source, device, DeviceState.Running);
                }
                else if (source.State?.IsRunning() != true)
                {
                    step.StepTowards(MigrationSide.Source, device, DeviceState.RunningP2P);
                }

                return false;
            case FailureAction.Reset:
                Reset(step, MigrationSide.Source, device);
                return false;
            default:
                return GiveUp(step, MigrationSide.Source, device, "nothing that the policy allows brings it back to RUNNING");
        }
    }

    /// <returns>Whether the device is where it was found, or was given up.</returns>
    private static bool RestoreDestination(DeviceStepBuilder step, int device)
    {
        var destination = step.Get(MigrationSide.Destination, device);
        if (destination.GivenUp is not null || !destination.WasTouched)
        {
            return true;
        }

        if (IsStreaming(step, device) || !step.Knows(MigrationSide.Destination, device))
        {
            return false;
        }

        var mayHoldState = MayHoldState(step, device);
        if ((mayHoldState || destination.State == DeviceState.Error) && CanReset(step, MigrationSide.Destination, device))
        {
            Reset(step, MigrationSide.Destination, device);
            return false;
        }

        // What holds any of the guest's state must never be started, however right its state looks: it rests in STOP, from where the next migration
        // takes it. libvfio-user's reset leads nowhere else.
        var home = mayHoldState ? DeviceState.Stop : destination.Found!.Value;
        if (destination.State == home)
        {
            return true;
        }

        if (CanWalk(step, MigrationSide.Destination, device, home))
        {
            step.StepTowards(MigrationSide.Destination, device, home);
            return false;
        }

        return GiveUp(step, MigrationSide.Destination, device, $"it could not be brought to {home.Name()}");
    }

    private static bool GiveUp(DeviceStepBuilder step, MigrationSide side, int device, string trouble)
    {
        step.Set(side, device, step.Get(side, device) with { GivenUp = trouble });
        return true;
    }

    private static bool MayHoldState(DeviceStepBuilder step, int device) =>
        !step.State.Destinations[device].WasReset && (step.State.Destinations[device].ResetFailed || HasTakenState(step, device));

    private static bool HasTakenState(DeviceStepBuilder step, int device) =>
        step.State.IsRecovery || step.State.Destinations[device].State == DeviceState.Resuming || step.State.Streams[device] is { PreCopiedBytes: > 0 } or { Activity: StreamActivity.Loaded or StreamActivity.Broken };

    /// <summary>The next thing to try with a source device that is not in RUNNING; null if there is nothing left.</summary>
    private static FailureAction? NextMeans(DeviceStepBuilder step, int device)
    {
        var source = step.Get(MigrationSide.Source, device);
        var canWalk = CanWalk(step, MigrationSide.Source, device, DeviceState.Running);

        // A device on which nothing failed simply walks back, as does one that has just been reset.
        if (canWalk && (!source.HasFailed || source.WasReset))
        {
            return FailureAction.Unwind;
        }

        var canReset = CanReset(step, MigrationSide.Source, device);
        foreach (var means in step.Plan.OnFailure)
        {
            if (means == FailureAction.Unwind ? canWalk : canReset)
            {
                return means;
            }
        }

        return null;
    }

    private static bool CanWalk(DeviceStepBuilder step, MigrationSide side, int device, DeviceState home)
    {
        var participant = step.Get(side, device);
        return participant.FailedSteps < UnwindTries
            && MigrationStateMachine.TryGetPath(participant.State!.Value, home, step.Plan.Devices[device].Offer(side).Capabilities, out _);
    }

    /// <summary>A reset is tried once, also where nobody could ask whether there is one.</summary>
    private static bool CanReset(DeviceStepBuilder step, MigrationSide side, int device) =>
        step.Get(side, device) is { WasReset: false, ResetFailed: false } && step.Plan.Devices[device].Offer(side).OffersReset != Answer.No;

    private static void Reset(DeviceStepBuilder step, MigrationSide side, int device)
    {
        step.Set(side, device, step.Get(side, device) with { FailedSteps = 0 });
        step.Begin(side, device, PendingCommand.Reset);
        step.Send(new ResetDevice(side, device));
    }

    private static bool IsFree(Participant source) => source is { Pending: PendingCommand.None, State: DeviceState.Running or DeviceState.PreCopy };

    private static bool IsStreaming(DeviceStepBuilder step, int device) =>
        step.State.Streams[device].Activity is StreamActivity.Surveying or StreamActivity.Moving;

    private static void EndInTrouble(DeviceStepBuilder step) => step.End(
        MigrationOutcome.NeedsPerson,
        $"{step.State.Reason} The machine could not be brought back to RUNNING on the source ({Failures.States(step)}): repair what is named, or restart its server, which loses the device's state; then run 'planner recover'.");

    private static void EndOnSource(DeviceStepBuilder step)
    {
        var where = step.State.IsRecovery ? " The machine runs on the source." : "";
        var reset = step.State.Sources.Any(p => p.WasReset)
            ? " A source device had to be reset, and the guest will notice."
            : "";
        var left = step.State.Destinations.Any(p => p.GivenUp is not null)
            ? $" The destination is not as it was found ({Failures.States(step, p => p.GivenUp is not null)}): {Failures.Restart} before the next migration."
            : "";
        var resting = step.State.Destinations.Any(Rests)
            ? $" What a reset did not empty rests in STOP, from where the next migration takes it ({Failures.States(step, Rests)})."
            : "";
        var astray = string.Join(", ", step.Plan.Devices.Where((_, i) => step.State.Sources[i].IsAstray).Select(d => d.Describe(MigrationSide.Source)));
        var lost = astray.Length > 0
            ? $" But its state is possibly lost: the {astray} was found running, and {(step.State.IsRecovery ? "the journal does not say how it came back" : "no step of this migration has led it back")}, as after a server that was started anew or has reset its device. Look at the guest, then delete the journal."
            : "";
        var outcome = lost.Length > 0 ? MigrationOutcome.NeedsPerson
            : left.Length > 0 || reset.Length > 0 ? MigrationOutcome.Recovered
            : step.State.IntendedOutcome;
        step.End(outcome, step.State.Reason + where + reset + resting + left + lost);

        static bool Rests(Participant destination) => destination is { State: DeviceState.Stop, Found: not DeviceState.Stop, GivenUp: null };
    }
}
