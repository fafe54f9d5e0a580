using Planner.Measurements;

namespace Planner.Engine;

/// <summary>Everything before the first gate: both sides are made ready, rounds are carried while the machine runs.</summary>
internal static class PreCopying
{
    public static void Prepare(DeviceStepBuilder step)
    {
        var isReady = true;
        for (var i = 0; i < step.Count && step.State.Stage == EngineStage.Preparing; i++)
        {
            // A shadow session leaves the destination alone: not every server can take a device out of RESUMING again.
            isReady &= (step.Plan.Mode == MigrationMode.Shadow || step.StepTowards(MigrationSide.Destination, i, DeviceState.Resuming))
                & step.StepTowards(MigrationSide.Source, i, step.Plan.Devices[i].ReadyState);
        }

        if (isReady)
        {
            step.Send(new MarkSwitchover());
            BeginSurvey(step);
        }
    }

    public static void BeginSurvey(DeviceStepBuilder step)
    {
        step.State = step.State with
        {
            Stage = EngineStage.Surveying,
            Streams = [.. step.State.Streams.Select(s => s with { IsSurveyed = false })],
        };
    }

    public static void Survey(DeviceStepBuilder step)
    {
        var isComplete = true;
        for (var i = 0; i < step.Count; i++)
        {
            var stream = step.State.Streams[i];
            isComplete &= stream.IsSurveyed;
            if (!stream.IsSurveyed && stream.Activity == StreamActivity.Idle)
            {
                step.SetActivity(i, StreamActivity.Surveying);
                step.Send(new Survey(i));
            }
        }

        if (isComplete)
        {
            step.Enter(EngineStage.Evaluating);
            step.Send(new PrepareEvaluation());
        }
    }

    public static void NoteSurvey(DeviceStepBuilder step, Surveyed e)
    {
        var stream = step.State.Streams[e.Device];
        foreach (var distrusted in e.Distrusted)
        {
            step.Distrust(distrusted);
        }

        // Only the first data set makes the stop phase smaller: what later rounds carry was carried before, and changed.
        var carried = stream.PreCopiedBytes + e.CarriedBytes;
        var most = e.InitialBytes ?? stream.PreCopy?.InitialBytes ?? long.MaxValue;
        var firstSet = stream.FirstSetBytes + (stream.IsFirstSetCarried ? 0 : Math.Min(e.CarriedBytes, most));

        // A device that begins anew (REINIT) has all of the new first set still to send.
        var again = stream.IsFirstSetCarried && e.PreCopy is { } left ? left.InitialBytes : 0;
        step.SetStream(e.Device, stream with
        {
            Activity = StreamActivity.Idle,
            IsSurveyed = true,
            PreCopiedBytes = carried,
            FirstSetBytes = firstSet,
            IsFirstSetCarried = stream.IsFirstSetCarried || (carried > 0 && e.PreCopy is not { InitialBytes: > 0 }),
            PreCopy = e.PreCopy,
            ExpectedBytes = StopPhaseSize.Expect(step.Plan.Devices[e.Device].Source, Math.Max(0, firstSet - again), e.PreCopy, e.DataSizeBytes),
        });
    }
}
