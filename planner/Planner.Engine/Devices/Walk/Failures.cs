using Planner.Measurements;

namespace Planner.Engine;

/// <summary>What follows from an arc that did not reach its target.</summary>
internal static class Failures
{
    /// <summary>What brings back a device that neither an arc nor a reset does.</summary>
    public const string Restart = "restart its server (a device of the kernel: bind it to its driver anew)";

    public static void NoteArc(DeviceStepBuilder step, ArcEnded e)
    {
        var device = step.Plan.Devices[e.Device].Describe(e.Side);
        var isForward = step.State.Stage is EngineStage.Quiescing or EngineStage.Stopping;
        if (isForward && e.Result.Outcome is ArcOutcome.Refused or ArcOutcome.AbortedInFlight)
        {
            step.State = step.State with { IsDeadlineMissed = true };
        }

        if (isForward && e.Result.Outcome == ArcOutcome.Refused)
        {
            Refuse(step, $"The {device} refused its deadline for {e.Arc}.");
            return;
        }

        var isAborted = e.Result.Outcome == ArcOutcome.AbortedInFlight;
        var text = isAborted ? $"The {device} gave up {e.Arc} at its deadline." : $"The {device} failed in {e.Arc}{Why(e.Result)}.";
        switch (step.State.Stage)
        {
            case EngineStage.Finishing:
                step.Set(e.Side, e.Device, step.Get(e.Side, e.Device) with { GivenUp = "it did not stop" });
                break;
            case EngineStage.Starting or EngineStage.TakingBack or EngineStage.RollingBack:
                break;
            case EngineStage.Unquiescing when e.Result.Outcome == ArcOutcome.Refused:
                break;
            case EngineStage.Quiescing or EngineStage.Stopping when !isAborted && IsPastCommit(step):
                step.State = step.State with { StageBeforeJudging = step.State.Stage, Stage = EngineStage.Judging, Reason = text };
                break;
            default:
                Rollback.Begin(step, isAborted ? MigrationOutcome.Stayed : MigrationOutcome.Recovered, text);
                break;
        }
    }

    /// <summary>The planner itself failed: what is not past the handover goes back, and the rest goes on as well as it can.</summary>
    public static void NoteShell(DeviceStepBuilder step, ShellFailed e)
    {
        step.State = step.State with { ShellTrouble = step.State.ShellTrouble ?? e.Reason };
        var reason = $"The planner itself failed ({e.Reason}), and the migration was given up.";
        if (e.HasHandover)
        {
            TakeBack.ToSource(step, reason);
        }
        else if (step.State is { IsRecovery: false, Stage: <= EngineStage.OpeningJournal })
        {
            step.End(MigrationOutcome.Stayed, $"Nothing was touched, since the planner itself failed ({e.Reason}).");
        }
        else if (step.State is { IsRecovery: false, Stage: <= EngineStage.Judging })
        {
            Rollback.Begin(step, MigrationOutcome.Recovered, reason);
        }
    }

    /// <summary>What stands for the answer to a command that will not be answered; null if nothing waits for one.</summary>
    public static EngineEvent? Answer(EngineCommand command, string reason) => command switch
    {
        RunArc c => new ArcEnded(c.Side, c.Device, c.Arc, new ArcResult(ArcOutcome.Unknown, null, Errno.None, TimeSpan.Zero)),
        QueryState c => new StateAnswered(c.Side, c.Device, null, reason),
        ResetDevice c => new ResetEnded(c.Side, c.Device, reason),
        Survey c => new StreamBroken(c.Device, MigrationSide.Source, reason),
        StartStream c => new StreamBroken(c.Device, MigrationSide.Source, reason),
        _ => null,
    };

    /// <summary>A deadline cannot be kept, and nothing has happened: back, and perhaps try again.</summary>
    public static void Refuse(DeviceStepBuilder step, string reason) => step.State = step.State with { Stage = EngineStage.Unquiescing, IsDeadlineMissed = true, Reason = reason };

    /// <summary>There is no arc from where a device is to where it should go.</summary>
    public static void NoWay(DeviceStepBuilder step, MigrationSide side, int device, DeviceState state, DeviceState target)
    {
        if (step.State.Stage is EngineStage.RollingBack or EngineStage.Starting or EngineStage.TakingBack or EngineStage.Finishing)
        {
            step.Set(side, device, step.Get(side, device) with { GivenUp = $"no arc leads from {state.Name()} to {target.Name()}" });
        }
        else
        {
            Rollback.Begin(step, MigrationOutcome.Recovered, $"The {step.Plan.Devices[device].Describe(side)} is in {state.Name()}, from where no arc leads to {target.Name()}.");
        }
    }

    /// <summary>Past the commit point: tries a failed arc once more, but only where going on is not longer for the guest than going back.</summary>
    public static void Judge(DeviceStepBuilder step)
    {
        var isKnown = true;
        foreach (var side in (ReadOnlySpan<MigrationSide>)[MigrationSide.Source, MigrationSide.Destination])
        {
            for (var i = 0; i < step.Count; i++)
            {
                var participant = step.Get(side, i);
                if (participant.GivenUp is not null)
                {
                    Rollback.Begin(step, MigrationOutcome.Recovered, step.State.Reason);
                    return;
                }

                isKnown &= participant.State is not null || participant.Pending == PendingCommand.Arc || step.Knows(side, i);
            }
        }

        if (!isKnown)
        {
            return;
        }

        if (!step.State.HasGoneOn && WayEstimate.OnSeconds(step) is { } on && WayEstimate.BackSeconds(step) is { } back && on <= back)
        {
            step.State = step.State with { Stage = step.State.StageBeforeJudging, HasGoneOn = true };
        }
        else
        {
            Rollback.Begin(step, MigrationOutcome.Recovered, step.State.Reason);
        }
    }

    /// <summary>Where every device is, in words.</summary>
    public static string States(DeviceStepBuilder step) => States(step, MigrationSide.Source, MigrationSide.Destination);

    /// <summary>Where every device of these sides is, in words.</summary>
    public static string States(DeviceStepBuilder step, params MigrationSide[] sides) =>
        string.Join("; ", step.Plan.Devices.SelectMany((device, i) => sides.Select(side => Describe(device, side, step.Get(side, i)))));

    /// <summary>Where some of the destination's devices are, in words.</summary>
    public static string States(DeviceStepBuilder step, Func<Participant, bool> which) => string.Join("; ", step.Plan.Devices
        .Zip(step.State.Destinations)
        .Where(pair => which(pair.Second))
        .Select(pair => Describe(pair.First, MigrationSide.Destination, pair.Second)));

    private static string Describe(DevicePlan device, MigrationSide side, Participant participant)
    {
        var trouble = participant.GivenUp is null ? "" : $", {participant.GivenUp}";
        return $"{device.Describe(side)} in {participant.State?.Name() ?? "an unknown state"}{trouble}";
    }

    private static bool IsPastCommit(DeviceStepBuilder step) => step.State.Stage == EngineStage.Stopping || !step.Plan.HasSecondGate;

    private static string Why(ArcResult result) => result.Outcome switch
    {
        ArcOutcome.Unknown => " without an answer",
        _ when result.Errno != Errno.None => $" with {result.Errno}",
        _ => "",
    };
}
