using Planner.Measurements;

namespace Planner.Engine;

/// <summary>How long devices are waited for, and what follows when that is over: no wait is without an end and a next step.</summary>
/// <remarks>
/// Up to the handover the source holds the whole state, so a switchover is given up when what is left of the limit and the way back are over: whoever waits
/// longer pays more than going back costs. A source that is silent is never cut off, since a server may reset its device when its client goes; it is
/// waited for longer, and then a person is called. After the handover the way leads forward, and a destination is not cut off either.
/// </remarks>
internal static class Waits
{
    /// <summary>How long who was silent before has to answer a new question.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    /// <summary>The same for a destination when somebody is in a hurry.</summary>
    private static readonly TimeSpan HurriedPatience = TimeSpan.FromSeconds(1);

    /// <summary>How long a rehearsal waits at least: nothing is at stake, and how long arcs take is what it is about.</summary>
    private static readonly TimeSpan RehearsalPatience = TimeSpan.FromMinutes(1);

    /// <summary>The longest stream of a stop phase without a limit: a rehearsal.</summary>
    private static readonly TimeSpan StreamPatience = TimeSpan.FromMinutes(5);

    /// <summary>Ends the waits whose time is over.</summary>
    public static void End(DeviceStepBuilder step)
    {
        if (IsLimited(step))
        {
            if (step.NowNanoseconds >= SwitchoverEnd(step) && !IsLoaded(step))
            {
                GiveUpSwitchover(step);
            }

            return;
        }

        for (var i = 0; i < step.Count; i++)
        {
            if (StreamEnd(step, i) <= step.NowNanoseconds)
            {
                var since = step.State.Streams[i].SinceNanoseconds;
                Abandon(step, i);
                GoHome(step, $"The stream between the {Name(step, MigrationSide.Source, i)} and the {Name(step, MigrationSide.Destination, i)} did not end within {Since(step, since)}.");
            }

            foreach (var side in (ReadOnlySpan<MigrationSide>)[MigrationSide.Source, MigrationSide.Destination])
            {
                if (AnswerEnd(step, side, i) <= step.NowNanoseconds)
                {
                    NoteSilence(step, side, i);
                }
            }
        }
    }

    /// <summary>Has the engine woken when the next wait is over.</summary>
    public static void Watch(DeviceStepBuilder step)
    {
        var next = long.MaxValue;
        if (IsLimited(step))
        {
            next = SwitchoverEnd(step);
        }
        else if (step.State.Stage != EngineStage.Ended)
        {
            for (var i = 0; i < step.Count; i++)
            {
                next = Math.Min(Math.Min(next, StreamEnd(step, i)), Math.Min(AnswerEnd(step, MigrationSide.Source, i), AnswerEnd(step, MigrationSide.Destination, i)));
            }
        }

        // An earlier wake-up does no harm, and timers cost time inside a blackout.
        if (next < long.MaxValue && (step.State.WakeAtNanoseconds == 0 || step.State.WakeAtNanoseconds > next))
        {
            step.WakeAt(next);
        }
    }

    /// <summary>Whether the limit on the blackout rules every wait: on the way to a handover under an SLA.</summary>
    private static bool IsLimited(DeviceStepBuilder step) => HasLimit(step) && step.State.Stage is EngineStage.Quiescing or EngineStage.Stopping or EngineStage.Judging;

    private static bool HasLimit(DeviceStepBuilder step) => step.Plan is { Mode: MigrationMode.Active, Limit: not null } && step.State.BlackoutSinceNanoseconds is not null;

    /// <summary>When what is left of the limit and the way back are over. A way that was never measured counts like the limit itself.</summary>
    private static long SwitchoverEnd(DeviceStepBuilder step)
    {
        var limit = Nanoseconds(step.Plan.Limit!.Value);
        var back = WayEstimate.BackFromStopCopySeconds(step) is { } seconds ? (long)(seconds * 1e9) : limit;
        return step.State.BlackoutSinceNanoseconds!.Value + Math.Max(0, limit - step.State.PastBlackoutNanoseconds) + back;
    }

    /// <summary>Whether nothing but the handover is left to be done.</summary>
    private static bool IsLoaded(DeviceStepBuilder step) =>
        step.State.Streams.All(s => s.Activity == StreamActivity.Loaded) && step.State.Destinations.All(p => p.State == DeviceState.Stop);

    private static long StreamEnd(DeviceStepBuilder step, int device)
    {
        var stream = step.State.Streams[device];
        if (stream.Activity is not (StreamActivity.Surveying or StreamActivity.Moving))
        {
            return long.MaxValue;
        }

        if (step.State.Stage != EngineStage.RollingBack)
        {
            return stream.SinceNanoseconds + Nanoseconds(stream.Activity == StreamActivity.Moving ? StreamPatience : Patience(step));
        }

        // It was told to stop: only who is silent is at it still, and the source cannot go home before.
        var end = stream.SinceNanoseconds + Nanoseconds(step.State.IsHurried ? HurriedPatience : Patience(step));
        return HasLimit(step) ? Math.Min(end, SwitchoverEnd(step)) : end;
    }

    private static long AnswerEnd(DeviceStepBuilder step, MigrationSide side, int device)
    {
        var participant = step.Get(side, device);
        if (participant.Pending == PendingCommand.None)
        {
            return long.MaxValue;
        }

        var since = participant.PendingSinceNanoseconds;
        return side == MigrationSide.Destination && step.State is { IsHurried: true, Stage: EngineStage.RollingBack } ? since + Nanoseconds(HurriedPatience)
            : participant.SilentSinceNanoseconds is { } silent ? Math.Max(silent + Nanoseconds(Patience(step)), since + Nanoseconds(LastWords))
            : since + Nanoseconds(Patience(step));
    }

    private static TimeSpan Patience(DeviceStepBuilder step) => step.Plan switch
    {
        { Mode: MigrationMode.Rehearsal, SilencePatience: var patience } => patience > RehearsalPatience ? patience : RehearsalPatience,
        { Limit: { } limit, SilencePatience: var patience } when limit > patience => limit,
        _ => step.Plan.SilencePatience,
    };

    private static void GiveUpSwitchover(DeviceStepBuilder step)
    {
        var late = new List<string>();
        for (var i = 0; i < step.Count; i++)
        {
            if (step.Get(MigrationSide.Source, i).Pending != PendingCommand.None)
            {
                late.Add($"the {Name(step, MigrationSide.Source, i)} had not answered");
            }

            var isStreaming = step.State.Streams[i].Activity == StreamActivity.Moving;
            if (isStreaming || step.Get(MigrationSide.Destination, i).Pending != PendingCommand.None)
            {
                late.Add($"the {Name(step, MigrationSide.Destination, i)} had not {(isStreaming ? "loaded the state" : "answered")}");
                Abandon(step, i);
            }
        }

        var blackout = TimeSpan.FromTicks(step.State.BlackoutNanoseconds(step.NowNanoseconds) / TimeSpan.NanosecondsPerTick);
        step.State = step.State with { IsOutOfTime = true };
        Rollback.Begin(
            step,
            MigrationOutcome.Recovered,
            $"The switchover was given up after {Quantity.Format(blackout)} under a limit of {Quantity.Format(step.Plan.Limit!.Value)}{(late.Count == 0 ? "" : $": {string.Join("; ", late)}")}.");
    }

    private static void NoteSilence(DeviceStepBuilder step, MigrationSide side, int device)
    {
        var participant = step.Get(side, device);
        var silence = Since(step, participant.SilentSinceNanoseconds ?? participant.PendingSinceNanoseconds);
        if (side == MigrationSide.Destination && !step.State.IsHandedOver && participant.Pending != PendingCommand.Query)
        {
            // It is asked once more, over a new connection, when the machine runs.
            Abandon(step, device);
        }
        else
        {
            step.Set(side, device, participant with { Pending = PendingCommand.None, State = null, GivenUp = $"it has not answered for {silence}" });
        }

        if (step.State.Stage != EngineStage.DiscoveringStates)
        {
            GoHome(step, $"The {Name(step, side, device)} did not answer for {silence}.");
        }
    }

    /// <summary>Goes back, if that is not what is being done, or too late.</summary>
    private static void GoHome(DeviceStepBuilder step, string reason)
    {
        if (step.State.Stage is not (EngineStage.RollingBack or EngineStage.Starting or EngineStage.TakingBack or EngineStage.Finishing))
        {
            Rollback.Begin(step, MigrationOutcome.Recovered, reason);
        }
    }

    private static void Abandon(DeviceStepBuilder step, int device)
    {
        var stream = step.State.Streams[device];
        var destination = step.Get(MigrationSide.Destination, device);
        var since = destination.Pending == PendingCommand.None ? stream.SinceNanoseconds : destination.PendingSinceNanoseconds;
        if (stream.Activity is StreamActivity.Surveying or StreamActivity.Moving)
        {
            // Which of both is silent will be seen.
            step.SetActivity(device, StreamActivity.Broken);
            step.Set(MigrationSide.Source, device, step.Get(MigrationSide.Source, device) with { SilentSinceNanoseconds = stream.SinceNanoseconds });
        }

        step.Set(MigrationSide.Destination, device, destination with { Pending = PendingCommand.None, State = null, SilentSinceNanoseconds = since });
        step.Send(new AbandonDestination(device));
    }

    private static string Name(DeviceStepBuilder step, MigrationSide side, int device) => step.Plan.Devices[device].Describe(side);

    private static string Since(DeviceStepBuilder step, long since) => Quantity.Format(TimeSpan.FromTicks((step.NowNanoseconds - since) / TimeSpan.NanosecondsPerTick));

    private static long Nanoseconds(TimeSpan span) => span.Ticks * TimeSpan.NanosecondsPerTick;
}
