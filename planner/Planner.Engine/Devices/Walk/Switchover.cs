using Planner.Measurements;

namespace Planner.Engine;

/// <summary>The blackout up to the handover: quiesce, gate 2, stop, stream, load.</summary>
internal static class Switchover
{
    public static void Quiesce(Turn turn)
    {
        var isQuiet = true;
        for (var i = 0; i < turn.Count && turn.State.Stage == EngineStage.Quiescing; i++)
        {
            if (turn.Plan.Devices[i].QuiescedState is { } quiesced)
            {
                isQuiet &= turn.Plan.Devices[i].CanComeBackFromQuiesced
                    ? turn.StepTowards(MigrationSide.Source, i, quiesced)
                    : StepPastCommit(turn, i, quiesced);
            }
        }

        if (!isQuiet || turn.State.Stage != EngineStage.Quiescing)
        {
            return;
        }

        if (turn.Plan.HasSecondGate)
        {
            Gates.Second(turn);
        }
        else
        {
            turn.Enter(EngineStage.Stopping);
        }
    }

    /// <summary>The way back from the P2P states; the stream of pre-copy goes on afterwards.</summary>
    public static void Unquiesce(Turn turn)
    {
        var isBack = true;
        for (var i = 0; i < turn.Count; i++)
        {
            if (!turn.Knows(MigrationSide.Source, i))
            {
                isBack = false;
                continue;
            }

            // One refused its deadline while another was already past its commit point: the stream of that one is lost.
            if (turn.Get(MigrationSide.Source, i).State?.IsRunning() != true)
            {
                Retreat.Begin(turn, MigrationOutcome.Stayed, turn.State.Reason);
                return;
            }

            isBack &= turn.StepTowards(MigrationSide.Source, i, turn.Plan.Devices[i].ReadyState);
        }

        if (!isBack || turn.State.Stage != EngineStage.Unquiescing)
        {
            return;
        }

        turn.EndBlackout();
        var gate = turn.State.SecondGate ?? turn.State.FirstGate!;
        if (turn.State.QuiesceTries >= turn.Plan.QuiesceTries)
        {
            var reason = turn.State.Reason.Length > 0 ? turn.State.Reason : Gates.Explain(gate);
            Retreat.Begin(turn, MigrationOutcome.Stayed, reason);
            return;
        }

        turn.State = turn.State with { Reason = "" };
        Gates.Wait(turn, double.IsNaN(gate.Decision.NextEvaluationSeconds) ? 0 : gate.Decision.NextEvaluationSeconds);
    }

    public static void Stop(Turn turn)
    {
        var isLoaded = true;
        for (var i = 0; i < turn.Count && turn.State.Stage == EngineStage.Stopping; i++)
        {
            var stream = turn.State.Streams[i];
            if (stream.Activity == StreamActivity.Loaded)
            {
                // RESUMING->STOP is where the destination checks the image.
                isLoaded &= turn.StepTowards(MigrationSide.Destination, i, DeviceState.Stop);
                continue;
            }

            isLoaded = false;
            if (stream.Activity == StreamActivity.Idle && StepPastCommit(turn, i, DeviceState.StopCopy))
            {
                turn.SetStream(i, stream with { Activity = StreamActivity.Moving });
                turn.Send(new StartStream(i));
            }
        }

        if (isLoaded && turn.State.Stage == EngineStage.Stopping)
        {
            Handover.Begin(turn);
        }
    }

    private static bool StepPastCommit(Turn turn, int device, DeviceState target)
    {
        var source = turn.Get(MigrationSide.Source, device);
        if (source.Pending != PendingCommand.None || source.State == target || Gates.Deadline(turn, device) is not { } deadline)
        {
            return turn.StepTowards(MigrationSide.Source, device, target);
        }

        if (deadline <= turn.NowNanoseconds)
        {
            Failures.Refuse(turn, $"There is no time left in which the {turn.Plan.Devices[device].Describe(MigrationSide.Source)} could stop.");
            return false;
        }

        return turn.StepTowards(MigrationSide.Source, device, target, deadline);
    }
}
