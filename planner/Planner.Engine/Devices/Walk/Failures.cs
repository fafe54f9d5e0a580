using Planner.Measurements;

namespace Planner.Engine;

/// <summary>What follows from an arc that did not reach its target.</summary>
internal static class Failures
{
    public static void NoteArc(Turn turn, ArcEnded e)
    {
        var device = turn.Plan.Devices[e.Device].Describe(e.Side);
        var isForward = turn.State.Stage is EngineStage.Quiescing or EngineStage.Stopping;
        if (isForward && e.Result.Outcome == ArcOutcome.Refused)
        {
            Refuse(turn, $"The {device} refused its deadline for {e.Arc}.");
            return;
        }

        var isAborted = e.Result.Outcome == ArcOutcome.AbortedInFlight;
        var text = isAborted ? $"The {device} gave up {e.Arc} at its deadline." : $"The {device} failed in {e.Arc}{Why(e.Result)}.";
        switch (turn.State.Stage)
        {
            case EngineStage.Finishing:
                turn.Set(e.Side, e.Device, turn.Get(e.Side, e.Device) with { GivenUp = "it did not stop" });
                break;
            case EngineStage.Starting or EngineStage.TakingBack or EngineStage.Retreating:
                break;
            case EngineStage.Unquiescing when e.Result.Outcome == ArcOutcome.Refused:
                break;
            case EngineStage.Quiescing or EngineStage.Stopping when !isAborted && IsPastCommit(turn):
                turn.State = turn.State with { StageBeforeJudging = turn.State.Stage, Stage = EngineStage.Judging, Reason = text };
                break;
            default:
                Retreat.Begin(turn, isAborted ? MigrationOutcome.Stayed : MigrationOutcome.Recovered, text);
                break;
        }
    }

    /// <summary>A deadline cannot be kept, and nothing has happened: back, and perhaps try again.</summary>
    public static void Refuse(Turn turn, string reason) => turn.State = turn.State with { Stage = EngineStage.Unquiescing, Reason = reason };

    /// <summary>There is no arc from where a device is to where it should go.</summary>
    public static void NoWay(Turn turn, MigrationSide side, int device, DeviceState state, DeviceState target)
    {
        if (turn.State.Stage is EngineStage.Retreating or EngineStage.Starting or EngineStage.TakingBack or EngineStage.Finishing)
        {
            turn.Set(side, device, turn.Get(side, device) with { GivenUp = $"no arc leads from {state.Name()} to {target.Name()}" });
        }
        else
        {
            Retreat.Begin(turn, MigrationOutcome.Recovered, $"The {turn.Plan.Devices[device].Describe(side)} is in {state.Name()}, from where no arc leads to {target.Name()}.");
        }
    }

    /// <summary>Past the commit point: tries a failed arc once more, but only where going on is not longer for the guest than going back.</summary>
    public static void Judge(Turn turn)
    {
        var isKnown = true;
        foreach (var side in (ReadOnlySpan<MigrationSide>)[MigrationSide.Source, MigrationSide.Destination])
        {
            for (var i = 0; i < turn.Count; i++)
            {
                var participant = turn.Get(side, i);
                if (participant.GivenUp is not null)
                {
                    Retreat.Begin(turn, MigrationOutcome.Recovered, turn.State.Reason);
                    return;
                }

                isKnown &= participant.State is not null || participant.Pending == PendingCommand.Arc || turn.Knows(side, i);
            }
        }

        if (!isKnown)
        {
            return;
        }

        if (!turn.State.HasGoneOn && WayEstimate.OnSeconds(turn) is { } on && WayEstimate.BackSeconds(turn) is { } back && on <= back)
        {
            turn.State = turn.State with { Stage = turn.State.StageBeforeJudging, HasGoneOn = true };
        }
        else
        {
            Retreat.Begin(turn, MigrationOutcome.Recovered, turn.State.Reason);
        }
    }

    /// <summary>Where every device is, in words.</summary>
    public static string States(Turn turn) => States(turn, MigrationSide.Source, MigrationSide.Destination);

    /// <summary>Where every device of these sides is, in words.</summary>
    public static string States(Turn turn, params MigrationSide[] sides) =>
        string.Join("; ", turn.Plan.Devices.SelectMany((device, i) => sides.Select(side => Describe(device, side, turn.Get(side, i)))));

    private static string Describe(DevicePlan device, MigrationSide side, Participant participant)
    {
        var trouble = participant.GivenUp is null ? "" : $", {participant.GivenUp}";
        return $"{device.Describe(side)} in {participant.State?.Name() ?? "an unknown state"}{trouble}";
    }

    private static bool IsPastCommit(Turn turn) => turn.State.Stage == EngineStage.Stopping || !turn.Plan.HasSecondGate;

    private static string Why(ArcResult result) => result.Outcome switch
    {
        ArcOutcome.Unknown => " without an answer",
        _ when result.Errno != Errno.None => $" with {result.Errno}",
        _ => "",
    };
}
