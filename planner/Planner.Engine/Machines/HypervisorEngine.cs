using Planner.Measurements;

namespace Planner.Engine;

/// <summary>
/// The migration of a machine that its hypervisor carries out, as a pure state machine: <c>(state, event, now) -> (state, commands)</c>. The
/// machine is one participant with the flags STOP_COPY and PRE_COPY: it has gate 1 only, and past the commit there is no way back but a failure.
/// </summary>
/// <remarks>The guest belongs to the source until the destination is told to run, which happens once the source has sent everything. The
/// destination never runs by itself: it was started stopped.</remarks>
public static class HypervisorEngine
{
    /// <summary>Begins a session.</summary>
    /// <param name="plan">What is intended.</param>
    /// <param name="nowNanoseconds">The monotonic clock.</param>
    public static Step<HypervisorState> Start(HypervisorPlan plan, long nowNanoseconds)
    {
        var step = new MachineStepBuilder(new HypervisorState { Plan = plan, StartedNanoseconds = nowNanoseconds }, nowNanoseconds);
        step.Ask(MigrationSide.Source);
        step.Ask(MigrationSide.Destination);
        return step.Step;
    }

    /// <summary>Begins the recovery of a session whose process died. The truth is asked from both sides.</summary>
    /// <param name="plan">What was intended.</param>
    /// <param name="isHandedOver">Whether the destination may have been told to run.</param>
    /// <param name="nowNanoseconds">The monotonic clock.</param>
    public static Step<HypervisorState> Recover(HypervisorPlan plan, bool isHandedOver, long nowNanoseconds)
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
        var step = new MachineStepBuilder(state, nowNanoseconds);
        step.Resolve(MigrationOutcome.Recovered, $"The migration was interrupted before the handover; {plan.AtHome}.");
        return step.Step;
    }

    /// <summary>Takes an event.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="happened">What happened.</param>
    /// <param name="nowNanoseconds">The monotonic clock; never less than in the call before.</param>
    public static Step<HypervisorState> Advance(HypervisorState state, EngineEvent happened, long nowNanoseconds)
    {
        var step = new MachineStepBuilder(state, nowNanoseconds);
        if (state.Stage == HypervisorStage.Ended)
        {
            return step.Step;
        }

        switch (happened)
        {
            case HypervisorAnswered e:
                Answered(step, e);
                break;
            case HypervisorTold e:
                Told(step, e);
                break;
            case PassJudged e when state.Stage is HypervisorStage.PreCopying or HypervisorStage.Allowed:
                HypervisorPreCopy.Judge(step, e.Judgement);
                break;
            case JournalOpened when state.Stage == HypervisorStage.OpeningJournal:
                step.Enter(HypervisorStage.Preparing);
                HypervisorPreparing.Begin(step);
                break;
            case JournalFailed e when state.Stage == HypervisorStage.OpeningJournal:
                step.End(MigrationOutcome.Stayed, $"Nothing was touched, since the journal cannot be written: {e.Reason}");
                break;
            case CancelRequested:
                Cancel(step);
                break;
            case HurryRequested:
                step.State = step.State with { IsHurried = true };
                Cancel(step);
                break;
            case Woke e when e.WakeAtNanoseconds == state.WakeAtNanoseconds:
                Woke(step);
                break;
            case ShellFailed e:
                HypervisorShell.NoteFailure(step, e);
                break;
        }

        return step.Step;
    }

    /// <summary>A side did what it was told, or did not.</summary>
    internal static void Answered(MachineStepBuilder step, HypervisorAnswered e)
    {
        if (e.Order == HypervisorOrder.Report)
        {
            step.Set(e.Side, step.State.Side(e.Side) with { IsAsked = false, Report = e.Report, Trouble = e.Trouble, Fault = e.Fault });
            if (e.Report is { HasResetDevice: true } && !step.State.ResetDevices.Any(d => d.Side == e.Side))
            {
                step.State = step.State with { ResetDevices = step.State.ResetDevices.Add((e.Side, "a passed-through device")) };
            }
        }

        if (e is { Order: HypervisorOrder.Report, Side: MigrationSide.Source, Report.Guest: GuestRunState.Running }
            && step.State is { Stage: HypervisorStage.Resolving, Times: { Stopped: not null, Resumed: null } stood })
        {
            // Nobody told that it runs again: not later than now.
            step.State = step.State with { Times = stood with { Resumed = new SwitchoverMoment(TimeSpan.Zero, step.NowNanoseconds), ResumedOn = MigrationSide.Source } };
        }

        if (e is { Order: HypervisorOrder.Continue, Side: MigrationSide.Destination, Trouble: null })
        {
            step.State = step.State with { Times = step.State.Times with { ContinuedNanoseconds = step.NowNanoseconds } };
        }

        switch (step.State.Stage)
        {
            case HypervisorStage.DiscoveringStates when e.Order == HypervisorOrder.Report:
                HypervisorPreparing.Find(step);
                break;
            case HypervisorStage.Preparing:
                HypervisorPreparing.Answered(step, e);
                break;
            case HypervisorStage.PreCopying or HypervisorStage.Allowed:
                HypervisorPreCopy.Answered(step, e);
                break;
            case HypervisorStage.Stopped when e is { Order: HypervisorOrder.Report, Side: MigrationSide.Source, Report: { Guest: GuestRunState.Paused, Migration: HypervisorMigrationStatus.Active } } && !step.Plan.IsPaused && !step.Plan.IsManaged:
                step.State = step.State with { IsPausedByOthers = true };
                step.Resolve(MigrationOutcome.Recovered, $"The guest was stopped on the source in pre-copy and not by the migration ({e.Report.Words}), so the migration was given up.");
                break;
            case HypervisorStage.Starting when e.Order == HypervisorOrder.Continue:
                Continued(step, e);
                break;
            case HypervisorStage.Resolving when e.Order == HypervisorOrder.Report && step.Plan.IsManaged:
                ManagedResolving.Look(step);
                break;
            case HypervisorStage.Resolving when e.Order == HypervisorOrder.Report:
                HypervisorResolving.Look(step);
                break;
            case HypervisorStage.Restoring when e.Order == HypervisorOrder.Restore:
                step.Set(e.Side, step.State.Side(e.Side) with { IsRestoring = false });
                if (e is { Side: MigrationSide.Source, Trouble: not null } && step.Plan.IsManaged && !step.State.IsRecovery && step.State.IsOnDestination)
                {
                    step.Resolve(MigrationOutcome.Completed, "The source did not end after the destination ran.");
                    break;
                }

                if (e is { Side: MigrationSide.Source, Trouble: { } trouble } && step.State.IntendedOutcome is MigrationOutcome.Stayed or MigrationOutcome.Recovered)
                {
                    step.State = step.State with { Reason = $"{step.State.Reason} The settings of the source could not be put back ({e.Trouble?.TrimEnd('.')})." };
                }

                step.EndIfRestored();
                break;
        }
    }

    private static void Continued(MachineStepBuilder step, HypervisorAnswered e)
    {
        if (e.Trouble is { } trouble)
        {
            step.Resolve(MigrationOutcome.Recovered, $"The destination could not be told to run: {trouble}");
        }
        else if (step.State is { HasDevices: true, Times: { Resumed: not null, ResumedOn: MigrationSide.Destination } })
        {
            Complete(step);
        }
    }

    private static void Told(MachineStepBuilder step, HypervisorTold e)
    {
        if (e is { Side: MigrationSide.Source, What: GuestEnded ended })
        {
            step.State = step.State with { EndedByGuest = ended.Word };
            return;
        }

        if (e is { Side: MigrationSide.Source, What: GuestStopped } && step.State.EndedByGuest is not null && IsOnTheWay(step.State.Stage))
        {
            // Nobody keeps it from running, so that is no pause.
            step.Resolve(MigrationOutcome.Recovered, "The guest has shut itself down.");
            return;
        }

        HypervisorTimes.Note(step, e);
        switch (e.What)
        {
            case SwitchoverDone:
                step.State = step.State with { HasToldEnd = true };
                step.EndIfRestored();
                break;
            case MonitorLost when step.Plan.IsManaged && step.State.Stage == HypervisorStage.Restoring:
                // The guest does not need its manager; but a source that has not ended is a copy of it.
                if (step.State.Side(e.Side).IsRestoring)
                {
                    step.Resolve(step.State.IntendedOutcome, step.State.Reason);
                }

                break;
            case MonitorLost lost when step.State.Stage == HypervisorStage.Restoring:
                LostWhileRestoring(step, e.Side, lost);
                break;
            case MonitorLost lost when step.State.Stage is not (HypervisorStage.DiscoveringStates or HypervisorStage.OpeningJournal or HypervisorStage.Restoring):
                var name = e.Side == MigrationSide.Source ? "source" : "destination";
                step.Resolve(MigrationOutcome.Recovered, $"The monitor of the {name} was lost: {lost.Reason}");
                break;
            case GuestResumed when e.Side == MigrationSide.Source && step.Plan.IsManaged && step.State is { Stage: HypervisorStage.Restoring, IsHandedOver: true }:
                // A manager that never heard that the destination runs lets the source run, too.
                step.Resolve(MigrationOutcome.NeedsPerson, "The source was let run again after the destination.");
                break;
            case GuestResumed when e.Side == MigrationSide.Destination && step.Plan.IsManaged && step.State.Stage == HypervisorStage.Resolving && !step.State.IsHandedOver:
                step.State = step.State with { IsHandedOver = true };
                step.Send(new MarkHandover());
                break;
            case GuestStopped when e.Side == MigrationSide.Source && step.State.Stage is HypervisorStage.PreCopying or HypervisorStage.Allowed:
                step.State = step.State with { Stage = HypervisorStage.Stopped, Gate = step.State.CommitGate ?? step.State.Gate };
                step.WakeIn(step.Plan.SendingPatience);
                break;
            case GuestResumed when e.Side == MigrationSide.Source && step.Plan.IsPaused && step.State.Stage is HypervisorStage.PreCopying or HypervisorStage.Allowed:
                step.Resolve(MigrationOutcome.Stayed, "Somebody let the guest run on the source, which was to be migrated paused; the migration was given up.");
                break;
            case MigrationChanged { Status: HypervisorMigrationStatus.Device } when e.Side == MigrationSide.Source && step.Plan.IsPaused
                && step.State.Stage is HypervisorStage.PreCopying or HypervisorStage.Allowed:
                // No STOP is told of a guest that stands.
                step.Enter(HypervisorStage.Stopped);
                step.WakeIn(step.Plan.PausePatience);
                break;
            case AnswerDistrusted distrusted:
                step.Distrust($"{(e.Side == MigrationSide.Source ? step.Plan.SourceAddress : step.Plan.DestinationAddress)}: {distrusted.What}");
                break;
            case PreCopyProgressed { DeviceSentBytes: not null }:
                step.State = step.State with { SeesDevices = true };
                break;
            case DeviceStateChanged moved:
                DeviceMoved(step, e.Side, moved.Device);
                break;
            case MigrationChanged { Status: HypervisorMigrationStatus.Completed } when e.Side == MigrationSide.Source && step.Plan.IsPaused && IsOnTheWay(step.State.Stage):
                step.Resolve(MigrationOutcome.Recovered, "The destination did not take the guest.");
                break;
            case MigrationChanged { Status: HypervisorMigrationStatus.Completed } when e.Side == MigrationSide.Source && step.State.Stage == HypervisorStage.Stopped:
                SentAll(step);
                break;
            case GuestResumed when e.Side == MigrationSide.Destination && step.State.Stage == HypervisorStage.Stopped:
                // It was not started stopped. From here on it runs, whatever becomes of the source.
                step.State = step.State with { IsHandedOver = true };
                step.Send(new MarkHandover());
                break;
            case MigrationChanged { Status: HypervisorMigrationStatus.Failed or HypervisorMigrationStatus.Cancelled } when IsOnTheWay(step.State.Stage):
                step.Resolve(MigrationOutcome.Recovered, "The migration failed.");
                break;
            case MigrationChanged { Status: HypervisorMigrationStatus.PostCopy or HypervisorMigrationStatus.Other } other when IsOnTheWay(step.State.Stage):
                step.Resolve(MigrationOutcome.Recovered, $"The migration went where the planner does not drive it ({other.Words ?? "an unknown state"}).");
                break;
            case GuestResumed or MigrationChanged { Status: HypervisorMigrationStatus.Failed } when e.Side == MigrationSide.Source && step.Plan.IsManaged && step.State.Stage == HypervisorStage.Starting:
                step.Resolve(MigrationOutcome.Recovered, "The destination did not take the guest.");
                break;
            case GuestResumed when e.Side == MigrationSide.Source && step.State.Stage == HypervisorStage.Stopped:
                step.State = step.State with { IsPausedByOthers = step.State.Times.Sending is null && !step.State.HasFailed };
                step.Resolve(MigrationOutcome.Recovered, step.State.IsPausedByOthers
                    ? $"Somebody stopped the guest on the source in pre-copy and let it run again{(step.State.HasDevices ? ", which the streams of passed-through devices do not survive" : "")}; the migration was given up."
                    : "The migration failed while the guest was stopped.");
                break;
            case GuestResumed when e.Side == MigrationSide.Destination && step.State.Stage == HypervisorStage.Starting
                && (!step.State.HasDevices || step.Plan.IsManaged || step.State.Times.ContinuedNanoseconds is not null):
                if (step.Plan.IsManaged && !step.State.IsHandedOver)
                {
                    step.State = step.State with { IsHandedOver = true };
                    step.Send(new MarkHandover());
                }

                // With passed-through devices RESUME comes before their arcs, and the answer to the order after them.
                Complete(step);
                break;
        }
    }

    private static void SentAll(MachineStepBuilder step)
    {
        if (step.State.IsHandedOver)
        {
            Complete(step);
        }
        else if (step.Plan.IsManaged)
        {
            // The manager lets the destination run by itself.
            step.Enter(HypervisorStage.Starting);
            step.WakeIn(step.Plan.HandoverPatience);
        }
        else
        {
            HandOver(step);
        }
    }

    private static void LostWhileRestoring(MachineStepBuilder step, MigrationSide side, MonitorLost lost)
    {
        var isDone = step.State.IntendedOutcome is MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit;
        if (isDone == (side == MigrationSide.Destination))
        {
            var address = isDone ? step.Plan.DestinationAddress : step.Plan.SourceAddress;
            step.End(MigrationOutcome.NeedsPerson, $"The guest ran on {address}, and then its monitor was lost ({lost.Reason.TrimEnd('.')}): look whether its process still runs; if not, start the guest anew from its disks.");
            return;
        }

        step.Set(side, step.State.Side(side) with { IsRestoring = false });
        step.EndIfRestored(isLate: side == MigrationSide.Source);
    }

    /// <summary>Tells the destination to run.</summary>
    internal static void HandOver(MachineStepBuilder step)
    {
        if (step.State.Continued == 0)
        {
            // Also where a recovery has to take it for handed over: its own journal says it from here on.
            step.Send(new MarkHandover());
        }

        step.State = step.State with
        {
            Stage = HypervisorStage.Starting,
            IsHandedOver = true,
            Continued = step.State.Continued + 1,
            Times = step.State.Times with { ContinueToldNanoseconds = step.NowNanoseconds },
        };
        step.Tell(MigrationSide.Destination, HypervisorOrder.Continue);
        step.WakeIn(step.Plan.SilencePatience);
    }

    /// <summary>The machine runs on the destination.</summary>
    internal static void Complete(MachineStepBuilder step)
    {
        if (step.State.IsRecovery)
        {
            step.Restore(MigrationOutcome.Completed, $"The migration was interrupted after everything was sent; {(step.Plan.IsPaused ? "the guest is on the destination, paused as it was" : "the machine runs on the destination")}.");
            return;
        }

        if (step.Plan.IsPaused)
        {
            step.Restore(MigrationOutcome.Completed, "The guest is on the destination, paused as it was: 'cont' in its monitor lets it run.");
            return;
        }

        if (step.State is { HasDevices: true, Times: { ContinuedNanoseconds: null } times })
        {
            // It runs, and it did not say since when: not later than now.
            step.State = step.State with { Times = times with { ContinuedNanoseconds = step.NowNanoseconds, IsAnswerMissing = true } };
        }

        step.Restore(MigrationOutcome.Completed, "The machine runs on the destination.");
    }

    /// <summary>A device that neither side named may take any time, so nothing can be promised with it.</summary>
    private static void DeviceMoved(MachineStepBuilder step, MigrationSide side, string device)
    {
        if (!step.Plan.KnowsDevices || step.Plan.Devices.Contains(device) || step.State.UnknownDevice is not null)
        {
            return;
        }

        step.State = step.State with { UnknownDevice = device };
        if (step.State.Stage is HypervisorStage.Preparing or HypervisorStage.PreCopying or HypervisorStage.Allowed)
        {
            var address = side == MigrationSide.Source ? step.Plan.SourceAddress : step.Plan.DestinationAddress;
            step.Resolve(MigrationOutcome.Stayed, $"{address} tells of a passed-through device '{device}' that was not there at the start, so nothing can be promised; migrate again with it.");
        }
    }

    private static bool IsOnTheWay(HypervisorStage stage) =>
        stage is HypervisorStage.Preparing or HypervisorStage.PreCopying or HypervisorStage.Allowed or HypervisorStage.Stopped;

    private static void Cancel(MachineStepBuilder step)
    {
        var reason = $"It was cancelled before the commit point; {step.Plan.AtHome}.";
        switch (step.State.Stage)
        {
            case HypervisorStage.DiscoveringStates or HypervisorStage.OpeningJournal:
                step.End(MigrationOutcome.Stayed, reason);
                break;
            case HypervisorStage.Preparing or HypervisorStage.PreCopying or HypervisorStage.Allowed:
                step.Resolve(MigrationOutcome.Stayed, reason);
                break;
        }
    }

    private static void Woke(MachineStepBuilder step)
    {
        switch (step.State.Stage)
        {
            case HypervisorStage.PreCopying or HypervisorStage.Allowed:
                HypervisorPreCopy.Woke(step);
                break;
            case HypervisorStage.Stopped when step.State.Times.Stopped is { } stopped && !step.IsPast(stopped.ReceivedNanoseconds, step.Plan.SendingLimit):
                if (step.State.Times.Sending is null)
                {
                    // A switchover sends at once. Did somebody else stop the guest?
                    step.Ask(MigrationSide.Source);
                }

                step.WakeIn(step.Plan.PausePatience);
                break;
            case HypervisorStage.Stopped:
                step.Resolve(MigrationOutcome.Recovered, $"The rest was not sent within {Quantity.Format(step.Plan.SendingLimit)}.");
                if (!step.Plan.IsManaged)
                {
                    HypervisorResolving.BreakIfTooLong(step);
                }

                break;
            case HypervisorStage.Starting:
                step.Resolve(MigrationOutcome.Recovered, "The destination did not say that it runs.");
                break;
            case HypervisorStage.Resolving:
                step.Ask(MigrationSide.Source);
                step.Ask(MigrationSide.Destination);
                step.WakeIn(step.Plan.AskAgain);
                break;
            case HypervisorStage.Restoring:
                if (step.State.IntendedOutcome is not (MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit))
                {
                    // A destination that listens for a source that will not come; it takes no machine any more.
                    step.Set(MigrationSide.Destination, step.State.Destination with { IsRestoring = false });
                }

                step.EndIfRestored(isLate: true);
                break;
        }
    }
}
