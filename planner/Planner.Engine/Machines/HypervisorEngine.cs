using Planner.Measurements;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>
/// The migration of a machine that its hypervisor carries out, as a pure state machine: <c>(state, event, now) -> (state, commands)</c>. The
/// machine is one participant with the flags STOP_COPY and PRE_COPY: it has gate 1 only, and past the commit there is no way back but a failure.
/// </summary>
/// <remarks>The guest belongs to the source until the destination is told to run, which happens once the source has sent everything. The
/// destination never runs by itself: it was started stopped.</remarks>
public static class HypervisorEngine
{
    // More than any switchover has, and a limit on what a peer can make this process keep.
    private const int MostMoves = 1024;

    /// <summary>Begins a session.</summary>
    /// <param name="plan">What is intended.</param>
    /// <param name="nowNanoseconds">The monotonic clock.</param>
    public static HypervisorStep Start(HypervisorPlan plan, long nowNanoseconds)
    {
        var turn = new HypervisorTurn(new HypervisorState { Plan = plan, StartedNanoseconds = nowNanoseconds }, nowNanoseconds);
        turn.Ask(MigrationSide.Source);
        turn.Ask(MigrationSide.Destination);
        return turn.Step;
    }

    /// <summary>Begins the recovery of a session whose process died. The truth is asked from both sides.</summary>
    /// <param name="plan">What was intended.</param>
    /// <param name="isHandedOver">Whether the destination may have been told to run.</param>
    /// <param name="nowNanoseconds">The monotonic clock.</param>
    public static HypervisorStep Recover(HypervisorPlan plan, bool isHandedOver, long nowNanoseconds)
    {
        var prepared = new HypervisorSide { WasPrepared = true };
        var state = new HypervisorState
        {
            Plan = plan,
            StartedNanoseconds = nowNanoseconds,
            IsRecovery = true,
            IsHandedOver = isHandedOver,
            IsBegun = true,
            Source = prepared,
            Destination = prepared,
        };
        var turn = new HypervisorTurn(state, nowNanoseconds);
        turn.Resolve(MigrationOutcome.Recovered, "The migration was interrupted before the handover; the machine runs on the source.");
        return turn.Step;
    }

    /// <summary>Takes an event.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="happened">What happened.</param>
    /// <param name="nowNanoseconds">The monotonic clock; never less than in the call before.</param>
    public static HypervisorStep Advance(HypervisorState state, EngineEvent happened, long nowNanoseconds)
    {
        var turn = new HypervisorTurn(state, nowNanoseconds);
        if (state.Stage == HypervisorStage.Ended)
        {
            return turn.Step;
        }

        switch (happened)
        {
            case HypervisorAnswered e:
                Answered(turn, e);
                break;
            case HypervisorTold e:
                Told(turn, e);
                break;
            case PassJudged e when state.Stage is HypervisorStage.PreCopying or HypervisorStage.Allowed:
                HypervisorPreCopy.Judge(turn, e.Judgement);
                break;
            case JournalOpened when state.Stage == HypervisorStage.OpeningJournal:
                turn.Enter(HypervisorStage.Preparing);
                HypervisorPreparing.Begin(turn);
                break;
            case JournalFailed e when state.Stage == HypervisorStage.OpeningJournal:
                turn.End(MigrationOutcome.Stayed, $"Nothing was touched, since the journal cannot be written: {e.Reason}");
                break;
            case CancelRequested:
                Cancel(turn);
                break;
            case Woke e when e.WakeAtNanoseconds == state.WakeAtNanoseconds:
                Woke(turn);
                break;
        }

        return turn.Step;
    }

    private static void Answered(HypervisorTurn turn, HypervisorAnswered e)
    {
        if (e.Order == HypervisorOrder.Report)
        {
            turn.Set(e.Side, turn.State.Side(e.Side) with { IsAsked = false, Report = e.Report, Trouble = e.Trouble, Fault = e.Fault });
            if (e.Report is { HasResetDevice: true } && !turn.State.ResetDevices.Any(d => d.Side == e.Side))
            {
                turn.State = turn.State with { ResetDevices = turn.State.ResetDevices.Add((e.Side, "a passed-through device")) };
            }
        }

        if (e is { Order: HypervisorOrder.Continue, Side: MigrationSide.Destination, Trouble: null })
        {
            turn.State = turn.State with { Times = turn.State.Times with { ContinuedNanoseconds = turn.NowNanoseconds } };
        }

        switch (turn.State.Stage)
        {
            case HypervisorStage.Finding when e.Order == HypervisorOrder.Report:
                HypervisorPreparing.Find(turn);
                break;
            case HypervisorStage.Preparing:
                HypervisorPreparing.Answered(turn, e);
                break;
            case HypervisorStage.PreCopying or HypervisorStage.Allowed:
                HypervisorPreCopy.Answered(turn, e);
                break;
            case HypervisorStage.Stopped when e is { Order: HypervisorOrder.Report, Side: MigrationSide.Source, Report: { Guest: GuestRunState.Paused, Migration: HypervisorMigrationStatus.Active } }:
                turn.State = turn.State with { IsPausedByOthers = true };
                turn.Resolve(MigrationOutcome.Recovered, $"The guest was stopped on the source in pre-copy and not by the migration ({e.Report.Words}), so the migration was given up.");
                break;
            case HypervisorStage.Starting when e.Order == HypervisorOrder.Continue:
                Continued(turn, e);
                break;
            case HypervisorStage.Resolving when e.Order == HypervisorOrder.Report:
                HypervisorResolving.Look(turn);
                break;
            case HypervisorStage.Restoring when e.Order == HypervisorOrder.Restore:
                turn.Set(e.Side, turn.State.Side(e.Side) with { IsRestoring = false });
                if (e is { Side: MigrationSide.Source, Trouble: { } trouble } && turn.State.IntendedOutcome is MigrationOutcome.Stayed or MigrationOutcome.Recovered)
                {
                    turn.State = turn.State with { Reason = $"{turn.State.Reason} The settings of the source could not be put back ({e.Trouble?.TrimEnd('.')})." };
                }

                turn.EndIfRestored();
                break;
        }
    }

    private static void Continued(HypervisorTurn turn, HypervisorAnswered e)
    {
        if (e.Trouble is { } trouble)
        {
            turn.Resolve(MigrationOutcome.Recovered, $"The destination could not be told to run: {trouble}");
        }
        else if (turn.State is { HasDevices: true, Times: { Resumed: not null, ResumedOn: MigrationSide.Destination } })
        {
            Complete(turn);
        }
    }

    private static void Told(HypervisorTurn turn, HypervisorTold e)
    {
        NoteTimes(turn, e);
        switch (e.What)
        {
            case SwitchoverDone:
                turn.State = turn.State with { HasToldEnd = true };
                turn.EndIfRestored();
                break;
            case MonitorLost lost when turn.State.Stage == HypervisorStage.Restoring:
                LostWhileRestoring(turn, e.Side, lost);
                break;
            case MonitorLost lost when turn.State.Stage is not (HypervisorStage.Finding or HypervisorStage.OpeningJournal or HypervisorStage.Restoring):
                var name = e.Side == MigrationSide.Source ? "source" : "destination";
                turn.Resolve(MigrationOutcome.Recovered, $"The monitor of the {name} was lost: {lost.Reason}");
                break;
            case GuestStopped when e.Side == MigrationSide.Source && turn.State.Stage is HypervisorStage.PreCopying or HypervisorStage.Allowed:
                turn.State = turn.State with { Stage = HypervisorStage.Stopped, Gate = turn.State.CommitGate ?? turn.State.Gate };
                turn.WakeIn(turn.Plan.SendingPatience);
                break;
            case PreCopyProgressed { DeviceSentBytes: not null }:
                turn.State = turn.State with { SeesDevices = true };
                break;
            case DeviceStateChanged moved:
                DeviceMoved(turn, e.Side, moved.Device);
                break;
            case MigrationChanged { Status: HypervisorMigrationStatus.Completed } when e.Side == MigrationSide.Source && turn.State.Stage == HypervisorStage.Stopped:
                SentAll(turn);
                break;
            case GuestResumed when e.Side == MigrationSide.Destination && turn.State.Stage == HypervisorStage.Stopped:
                // It was not started stopped. From here on it runs, whatever becomes of the source.
                turn.State = turn.State with { IsHandedOver = true };
                turn.Send(new MarkHandover());
                break;
            case MigrationChanged { Status: HypervisorMigrationStatus.Failed or HypervisorMigrationStatus.Cancelled or HypervisorMigrationStatus.Other }
                when IsOnTheWay(turn.State.Stage):
                turn.Resolve(MigrationOutcome.Recovered, "The migration failed.");
                break;
            case GuestResumed when e.Side == MigrationSide.Source && turn.State.Stage == HypervisorStage.Stopped:
                turn.Resolve(MigrationOutcome.Recovered, turn.State.Times.Sending is null && !turn.State.HasFailed
                    ? $"Somebody stopped the guest on the source in pre-copy and let it run again{(turn.State.HasDevices ? ", which the streams of passed-through devices do not survive" : "")}; the migration was given up."
                    : "The migration failed while the guest was stopped.");
                break;
            case GuestResumed when e.Side == MigrationSide.Destination && turn.State.Stage == HypervisorStage.Starting
                && (!turn.State.HasDevices || turn.State.Times.ContinuedNanoseconds is not null):
                // With passed-through devices RESUME comes before their arcs, and the answer to the order after them.
                Complete(turn);
                break;
        }
    }

    private static void SentAll(HypervisorTurn turn)
    {
        if (turn.State.IsHandedOver)
        {
            Complete(turn);
        }
        else
        {
            HandOver(turn);
        }
    }

    private static void LostWhileRestoring(HypervisorTurn turn, MigrationSide side, MonitorLost lost)
    {
        var isDone = turn.State.IntendedOutcome is MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit;
        if (isDone == (side == MigrationSide.Destination))
        {
            var address = isDone ? turn.Plan.DestinationAddress : turn.Plan.SourceAddress;
            turn.End(MigrationOutcome.NeedsPerson, $"The guest ran on {address}, and then its monitor was lost ({lost.Reason.TrimEnd('.')}): look whether its process still runs; if not, start the guest anew from its disks.");
            return;
        }

        turn.Set(side, turn.State.Side(side) with { IsRestoring = false });
        turn.EndIfRestored(isLate: side == MigrationSide.Source);
    }

    /// <summary>Tells the destination to run.</summary>
    internal static void HandOver(HypervisorTurn turn)
    {
        if (!turn.State.IsHandedOver)
        {
            turn.Send(new MarkHandover());
        }

        turn.State = turn.State with
        {
            Stage = HypervisorStage.Starting,
            IsHandedOver = true,
            Continued = turn.State.Continued + 1,
            Times = turn.State.Times with { ContinueToldNanoseconds = turn.NowNanoseconds },
        };
        turn.Tell(MigrationSide.Destination, HypervisorOrder.Continue);
        turn.WakeIn(turn.Plan.SilencePatience);
    }

    /// <summary>The machine runs on the destination.</summary>
    internal static void Complete(HypervisorTurn turn)
    {
        if (turn.State.IsRecovery)
        {
            turn.Restore(MigrationOutcome.Completed, "The migration was interrupted after everything was sent; the machine runs on the destination.");
            return;
        }

        if (turn.State is { HasDevices: true, Times: { ContinuedNanoseconds: null } times })
        {
            // It runs, and it did not say since when: not later than now.
            turn.State = turn.State with { Times = times with { ContinuedNanoseconds = turn.NowNanoseconds, IsAnswerMissing = true } };
        }

        turn.Restore(MigrationOutcome.Completed, "The machine runs on the destination.");
    }

    /// <summary>A device that neither side named may take any time, so nothing can be promised with it.</summary>
    private static void DeviceMoved(HypervisorTurn turn, MigrationSide side, string device)
    {
        if (!turn.Plan.KnowsDevices || turn.Plan.Devices.Contains(device) || turn.State.UnknownDevice is not null)
        {
            return;
        }

        turn.State = turn.State with { UnknownDevice = device };
        if (turn.State.Stage is HypervisorStage.Preparing or HypervisorStage.PreCopying or HypervisorStage.Allowed)
        {
            var address = side == MigrationSide.Source ? turn.Plan.SourceAddress : turn.Plan.DestinationAddress;
            turn.Resolve(MigrationOutcome.Stayed, $"{address} tells of a passed-through device '{device}' that was not there at the start, so nothing can be promised; migrate again with it.");
        }
    }

    private static bool IsOnTheWay(HypervisorStage stage) =>
        stage is HypervisorStage.Preparing or HypervisorStage.PreCopying or HypervisorStage.Allowed or HypervisorStage.Stopped;

    private static void NoteTimes(HypervisorTurn turn, HypervisorTold e)
    {
        var moment = new SwitchoverMoment(e.What.HappenedAt, e.What.ReceivedNanoseconds);
        var state = turn.State;
        var times = state.Times;
        if (e.Side == MigrationSide.Source)
        {
            state = state with { HeardNanoseconds = turn.NowNanoseconds };
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

        turn.State = state with
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
                    LastRan = LastRan(times, stopped),
                },
                (MigrationSide.Source, PreCopyProgressed) => times with { AnsweredNanoseconds = e.What.ReceivedNanoseconds },
                (MigrationSide.Source, SwitchoverDone done) => times with { ReportedDowntime = done.ReportedDowntime },
                (MigrationSide.Source, MigrationChanged { Status: HypervisorMigrationStatus.Device }) => times with { Sending = moment },
                (MigrationSide.Source, MigrationChanged { Status: HypervisorMigrationStatus.Completed }) => times with { Sent = moment },
                (MigrationSide.Destination, MigrationChanged { Status: HypervisorMigrationStatus.Completed }) => times with { Loaded = moment },
                (_, GuestResumed) when times.Resumed is null => times with { Resumed = moment, ResumedOn = e.Side },
                _ => times,
            },
        };
    }

    /// <summary>The later of the last pass and the last answer before a stop, by both clocks.</summary>
    private static SwitchoverMoment? LastRan(SwitchoverTimes times, GuestStopped stopped)
    {
        var heard = stopped.ReceivedNanoseconds;
        var sinceAnswer = times.AnsweredNanoseconds is { } answered && answered <= heard ? TimeSpan.FromTicks((heard - answered) / TimeSpan.NanosecondsPerTick) : TimeSpan.MaxValue;
        var sincePass = stopped.LastPassAt > TimeSpan.Zero && stopped.HappenedAt >= stopped.LastPassAt ? stopped.HappenedAt - stopped.LastPassAt : TimeSpan.MaxValue;
        var since = sinceAnswer < sincePass ? sinceAnswer : sincePass;
        return since == TimeSpan.MaxValue || stopped.HappenedAt <= since
            ? null
            : new SwitchoverMoment(stopped.HappenedAt - since, heard - (since.Ticks * TimeSpan.NanosecondsPerTick));
    }

    private static void Cancel(HypervisorTurn turn)
    {
        const string reason = "It was cancelled before the commit point; the machine runs on the source.";
        switch (turn.State.Stage)
        {
            case HypervisorStage.Finding or HypervisorStage.OpeningJournal:
                turn.End(MigrationOutcome.Stayed, reason);
                break;
            case HypervisorStage.Preparing or HypervisorStage.PreCopying or HypervisorStage.Allowed:
                turn.Resolve(MigrationOutcome.Stayed, reason);
                break;
        }
    }

    private static void Woke(HypervisorTurn turn)
    {
        switch (turn.State.Stage)
        {
            case HypervisorStage.PreCopying or HypervisorStage.Allowed:
                HypervisorPreCopy.Woke(turn);
                break;
            case HypervisorStage.Stopped when turn.State.Times.Stopped is { } stopped && !turn.IsPast(stopped.ReceivedNanoseconds, turn.Plan.StopPatience):
                if (turn.State.Times.Sending is null)
                {
                    // A switchover sends at once. Did somebody else stop the guest?
                    turn.Ask(MigrationSide.Source);
                }

                turn.WakeIn(turn.Plan.PausePatience);
                break;
            case HypervisorStage.Stopped:
                turn.Resolve(MigrationOutcome.Recovered, $"The rest was not sent within {Quantity.Format(turn.Plan.StopPatience)}.");
                break;
            case HypervisorStage.Starting:
                turn.Resolve(MigrationOutcome.Recovered, "The destination did not say that it runs.");
                break;
            case HypervisorStage.Resolving:
                turn.Ask(MigrationSide.Source);
                turn.Ask(MigrationSide.Destination);
                turn.WakeIn(turn.Plan.AskAgain);
                break;
            case HypervisorStage.Restoring:
                if (turn.State.IntendedOutcome is not (MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit))
                {
                    // A destination that listens for a source that will not come; it takes no machine any more.
                    turn.Set(MigrationSide.Destination, turn.State.Destination with { IsRestoring = false });
                }

                turn.EndIfRestored(isLate: true);
                break;
        }
    }
}
