using Planner.Measurements;

namespace Planner.Engine;

/// <summary>When what was told of a switchover happened: on the clock of the host that told it, and when it was heard.</summary>
internal static class HypervisorTimes
{
    // More than any switchover has, and a limit on what a peer can make this process keep.
    private const int MostMoves = 1024;

    public static void Note(MachineStepBuilder step, HypervisorTold e)
    {
        var moment = Hear(step, e);
        var state = step.State;
        var times = state.Times;
        if (e.Side == MigrationSide.Source)
        {
            state = state with { HeardNanoseconds = step.NowNanoseconds, MigrationWords = (e.What as MigrationChanged)?.Words ?? state.MigrationWords };
        }

        if (e.What is DeviceStateChanged moved && times.Moves.Length < MostMoves)
        {
            var move = new DeviceMove(e.Side, moved.Device, moved.State, moved.IsPreparing, moment);
            var runsAgain = times.Resumed is not null && times.ResumedOn == e.Side;
            if (DeviceArcs.IsReset(times.Moves, move, runsAgain, state.HasFailed || state.HasCancelled) && !state.ResetDevices.Contains((e.Side, moved.Device)))
            {
                state = state with { ResetDevices = state.ResetDevices.Add((e.Side, moved.Device)) };
            }

            times = times with { Moves = times.Moves.Add(move) };
        }

        step.State = state with
        {
            SeesDevices = state.SeesDevices || e.What is DeviceStateChanged,
            HasFailed = state.HasFailed || e is
            {
                Side: MigrationSide.Source,
                What: MigrationChanged { Status: HypervisorMigrationStatus.Failed or HypervisorMigrationStatus.Cancelling or HypervisorMigrationStatus.Cancelled },
            },
            Times = (e.Side, e.What) switch
            {
                (MigrationSide.Source, GuestStopped stopped) => times with
                {
                    Stopped = moment,
                    Resumed = null,
                    LastRan = LastRan(times, stopped, moment),
                },
                (MigrationSide.Source, PreCopyProgressed or GuestRan) => times with { AnsweredNanoseconds = e.What.ReceivedNanoseconds },
                (MigrationSide.Source, SwitchoverDone done) => times with { ReportedDowntime = done.ReportedDowntime, ManagerDowntime = done.ManagerDowntime },
                (MigrationSide.Source, MigrationChanged { Status: HypervisorMigrationStatus.Device }) => times with { Sending = moment, Stopped = times.Stopped ?? (state.Plan.IsPaused ? moment : null) },
                (MigrationSide.Source, MigrationChanged { Status: HypervisorMigrationStatus.Completed }) => times with { Sent = moment },
                (MigrationSide.Destination, MigrationChanged { Status: HypervisorMigrationStatus.Completed }) => times with { Loaded = moment },
                (_, GuestResumed) when times.Resumed is null => times with { Resumed = moment, ResumedOn = e.Side },
                _ => times,
            },
        };
    }

    /// <summary>Places an event on the planner's clock, and learns of its host's.</summary>
    private static SwitchoverMoment Hear(MachineStepBuilder step, HypervisorTold e)
    {
        var side = step.State.Side(e.Side);
        var asked = e.What switch
        {
            PreCopyProgressed progress => progress.AskedNanoseconds,
            GuestRan ran => ran.AskedNanoseconds,
            _ => null,
        };

        // What the order to start, to listen or to run leads to; other events may have been on their way when it was given.
        var isCaused = e.What is GuestStopped or GuestResumed or MigrationChanged { Status: HypervisorMigrationStatus.Setup };
        var (clock, moment) = asked is { } sent
            ? (side.Clock.Answered(sent, e.What.ReceivedNanoseconds), new SwitchoverMoment(e.What.HappenedAt, e.What.ReceivedNanoseconds))
            : side.Clock.Hear(e.What.HappenedAt, e.What.ReceivedNanoseconds, isCaused);
        step.Set(e.Side, side with { Clock = clock });
        return moment;
    }

    /// <summary>The later of the last pass and the last answer before a stop, by both clocks.</summary>
    private static SwitchoverMoment? LastRan(SwitchoverTimes times, GuestStopped stopped, SwitchoverMoment moment)
    {
        var heard = stopped.ReceivedNanoseconds;
        var sinceAnswer = times.AnsweredNanoseconds is { } answered && answered <= heard ? TimeSpan.FromTicks((heard - answered) / TimeSpan.NanosecondsPerTick) : TimeSpan.MaxValue;
        var sincePass = stopped.LastPassAt > TimeSpan.Zero && stopped.HappenedAt >= stopped.LastPassAt ? stopped.HappenedAt - stopped.LastPassAt : TimeSpan.MaxValue;
        var since = sinceAnswer < sincePass ? sinceAnswer : sincePass;
        return since == TimeSpan.MaxValue || stopped.HappenedAt <= since
            ? null
            : moment.Before(since);
    }
}
