using Planner.Measurements;

namespace Planner.Engine;

/// <summary>The blackout up to the handover: quiesce, gate 2, stop, stream, load.</summary>
internal static class Switchover
{
    public static void Quiesce(DeviceStepBuilder step)
    {
        var isQuiet = true;
        for (var i = 0; i < step.Count && step.State.Stage == EngineStage.Quiescing; i++)
        {
            if (step.Plan.Devices[i].QuiescedState is { } quiesced)
            {
                isQuiet &= step.Plan.Devices[i].CanComeBackFromQuiesced
                    ? step.StepTowards(MigrationSide.Source, i, quiesced)
                    : StepPastCommit(step, i, quiesced);
            }
        }

        if (!isQuiet || step.State.Stage != EngineStage.Quiescing)
        {
            return;
        }

        if (step.Plan.HasSecondGate)
        {
            Gates.Second(step);
        }
        else
        {
            step.Enter(EngineStage.Stopping);
        }
    }

    /// <summary>The way back from the P2P states; the stream of pre-copy goes on afterwards.</summary>
    public static void Unquiesce(DeviceStepBuilder step)
    {
        var isBack = true;
        for (var i = 0; i < step.Count; i++)
        {
            if (!step.Knows(MigrationSide.Source, i))
            {
                isBack = false;
                continue;
            }

            // One refused its deadline while another was already past its commit point: the stream of that one is lost.
            if (step.Get(MigrationSide.Source, i).State?.IsRunning() != true)
            {
                Rollback.Begin(step, MigrationOutcome.Stayed, step.State.Reason);
                return;
            }

            isBack &= step.StepTowards(MigrationSide.Source, i, step.Plan.Devices[i].ReadyState);
        }

        if (!isBack || step.State.Stage != EngineStage.Unquiescing)
        {
            return;
        }

        step.EndBlackout(PauseKind.VainQuiesce);
        var gate = step.State.SecondGate ?? step.State.FirstGate!;
        if (step.State.QuiesceTries >= step.Plan.QuiesceTries)
        {
            var reason = step.State.Reason.Length > 0 ? step.State.Reason : Gates.Explain(gate);
            Rollback.Begin(step, MigrationOutcome.Stayed, reason);
            return;
        }

        step.State = step.State with { Reason = "" };
        Gates.Wait(step, double.IsNaN(gate.Decision.NextEvaluationSeconds) ? 0 : gate.Decision.NextEvaluationSeconds);
    }

    public static void Stop(DeviceStepBuilder step)
    {
        var isLoaded = true;
        for (var i = 0; i < step.Count && step.State.Stage == EngineStage.Stopping; i++)
        {
            var stream = step.State.Streams[i];
            if (stream.Activity == StreamActivity.Loaded)
            {
                // RESUMING->STOP is where the destination checks the image.
                isLoaded &= step.StepTowards(MigrationSide.Destination, i, DeviceState.Stop);
                continue;
            }

            isLoaded = false;
            if (stream.Activity == StreamActivity.Idle && StepPastCommit(step, i, DeviceState.StopCopy))
            {
                step.SetActivity(i, StreamActivity.Moving);
                step.Send(new StartStream(i));
            }
        }

        if (isLoaded && step.State.Stage == EngineStage.Stopping)
        {
            Handover.Begin(step);
        }
    }

    private static bool StepPastCommit(DeviceStepBuilder step, int device, DeviceState target)
    {
        var source = step.Get(MigrationSide.Source, device);
        if (source.Pending != PendingCommand.None || source.State == target || Gates.Deadline(step, device) is not { } deadline)
        {
            return StepTowards(step, device, target, null);
        }

        if (deadline <= step.NowNanoseconds)
        {
            Failures.Refuse(step, $"There is no time left in which the {step.Plan.Devices[device].Describe(MigrationSide.Source)} could stop.");
            return false;
        }

        return StepTowards(step, device, target, deadline);
    }

    private static bool StepTowards(DeviceStepBuilder step, int device, DeviceState target, long? deadline)
    {
        var isThere = step.StepTowards(MigrationSide.Source, device, target, deadline);
        // The state is a new one only where something is new: the engine goes on for as long as it changes.
        if (!step.State.IsPastCommit && step.Get(MigrationSide.Source, device).Pending == PendingCommand.Arc)
        {
            step.State = step.State with { IsPastCommit = true };
        }

        return isThere;
    }
}
