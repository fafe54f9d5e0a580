using Planner.Measurements;

namespace Planner.Engine;

/// <summary>Everything before the first gate: both sides are made ready, rounds are carried while the machine runs.</summary>
internal static class PreCopying
{
    public static void Prepare(Turn turn)
    {
        var isReady = true;
        for (var i = 0; i < turn.Count && turn.State.Stage == EngineStage.Preparing; i++)
        {
            isReady &= turn.StepTowards(MigrationSide.Destination, i, DeviceState.Resuming)
                & turn.StepTowards(MigrationSide.Source, i, turn.Plan.Devices[i].ReadyState);
        }

        if (isReady)
        {
            BeginSurvey(turn);
        }
    }

    public static void BeginSurvey(Turn turn)
    {
        turn.State = turn.State with
        {
            Stage = EngineStage.Surveying,
            Streams = [.. turn.State.Streams.Select(s => s with { IsSurveyed = false })],
        };
    }

    public static void Survey(Turn turn)
    {
        var isComplete = true;
        for (var i = 0; i < turn.Count; i++)
        {
            var stream = turn.State.Streams[i];
            isComplete &= stream.IsSurveyed;
            if (!stream.IsSurveyed && stream.Activity == StreamActivity.Idle)
            {
                turn.SetStream(i, stream with { Activity = StreamActivity.Surveying });
                turn.Send(new Survey(i));
            }
        }

        if (isComplete)
        {
            turn.Enter(EngineStage.Evaluating);
            turn.Send(new PrepareEvaluation());
        }
    }

    public static void NoteSurvey(Turn turn, Surveyed e)
    {
        var stream = turn.State.Streams[e.Device];

        // Only the first data set makes the stop phase smaller: what later rounds carry was carried before, and changed.
        var carried = stream.PreCopiedBytes + e.CarriedBytes;
        var most = e.InitialBytes ?? stream.PreCopy?.InitialBytes ?? long.MaxValue;
        var firstSet = stream.FirstSetBytes + (stream.IsFirstSetCarried ? 0 : Math.Min(e.CarriedBytes, most));

        // A device that begins anew (REINIT) has all of the new first set still to send.
        var again = stream.IsFirstSetCarried && e.PreCopy is { } left ? left.InitialBytes : 0;
        turn.SetStream(e.Device, stream with
        {
            Activity = StreamActivity.Idle,
            IsSurveyed = true,
            PreCopiedBytes = carried,
            FirstSetBytes = firstSet,
            IsFirstSetCarried = stream.IsFirstSetCarried || (carried > 0 && e.PreCopy is not { InitialBytes: > 0 }),
            PreCopy = e.PreCopy,
            ExpectedBytes = StopPhaseSize.Expect(turn.Plan.Devices[e.Device].Source, Math.Max(0, firstSet - again), e.PreCopy, e.DataSizeBytes),
        });
    }
}
