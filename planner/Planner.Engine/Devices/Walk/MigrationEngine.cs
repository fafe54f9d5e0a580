using System.Collections.Immutable;
using Planner.Measurements;

namespace Planner.Engine;

/// <summary>
/// A migration session as a pure state machine: <c>(state, event, now) -> (state, commands)</c>. It reads no clock and does
/// nothing itself. After every event it looks at what is known and sends whatever can be sent now, so the order in which
/// devices answer does not matter.
/// </summary>
public static class MigrationEngine
{
    /// <summary>Begins a session.</summary>
    /// <param name="plan">What is intended.</param>
    /// <param name="nowNanoseconds">The monotonic clock.</param>
    /// <exception cref="PlanRefusedException">A device lacks what is needed.</exception>
    public static Step<EngineState> Start(MigrationPlan plan, long nowNanoseconds)
    {
        var unknown = plan.Checked().Devices.Select(_ => new Participant()).ToImmutableArray();
        return Act(new DeviceStepBuilder(NewState(plan, unknown, unknown, nowNanoseconds), nowNanoseconds));
    }

    /// <summary>Begins the recovery of a session whose process died. The truth about states is asked from the devices.</summary>
    /// <param name="plan">What was intended.</param>
    /// <param name="sources">The source devices: where they were found then, and whether an arc was sent to them.</param>
    /// <param name="destinations">The destination devices likewise.</param>
    /// <param name="isHandedOver">Whether the machine belonged to the destination.</param>
    /// <param name="isTakenBack">Whether it had belonged to it, and was taken back.</param>
    /// <param name="nowNanoseconds">The monotonic clock.</param>
    /// <param name="mayLackSteps">Whether steps of the switchover may be missing from the journal.</param>
    public static Step<EngineState> Recover(
        MigrationPlan plan,
        ImmutableArray<Participant> sources,
        ImmutableArray<Participant> destinations,
        bool isHandedOver,
        bool isTakenBack,
        long nowNanoseconds,
        bool mayLackSteps = false)
    {
        var state = NewState(plan, sources, destinations, nowNanoseconds) with
        {
            IsRecovery = true,
            IsHandedOver = isHandedOver,
            IsTakenBack = isTakenBack,
            MayLackSteps = mayLackSteps,
        };
        return Act(new DeviceStepBuilder(state, nowNanoseconds));
    }

    /// <summary>Takes an event.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="happened">What happened.</param>
    /// <param name="nowNanoseconds">The monotonic clock; never less than in the call before.</param>
    public static Step<EngineState> Advance(EngineState state, EngineEvent happened, long nowNanoseconds)
    {
        var step = new DeviceStepBuilder(state, nowNanoseconds);
        if (state.Stage == EngineStage.Ended)
        {
            return step.Step;
        }

        Note(step, happened);
        return Act(step);
    }

    private static EngineState NewState(MigrationPlan plan, ImmutableArray<Participant> sources, ImmutableArray<Participant> destinations, long now) => new()
    {
        Plan = plan,
        StartedNanoseconds = now,
        Sources = sources,
        Destinations = destinations,
        Streams = [.. plan.Devices.Select(_ => new StreamProgress())],
    };

    /// <summary>Writes down what happened, and where it changes the course, changes it.</summary>
    private static void Note(DeviceStepBuilder step, EngineEvent happened)
    {
        switch (happened)
        {
            // What nobody waits for any more is the answer of a device that was let go of.
            case ArcEnded e when step.Get(e.Side, e.Device).Pending == PendingCommand.Arc:
                NoteArc(step, e);
                break;
            case StateAnswered e when step.Get(e.Side, e.Device).Pending == PendingCommand.Query:
                NoteState(step, e);
                break;
            case ResetEnded e when step.Get(e.Side, e.Device).Pending == PendingCommand.Reset:
                step.Set(e.Side, e.Device, step.Get(e.Side, e.Device) with
                {
                    Pending = PendingCommand.None,
                    SilentSinceNanoseconds = null,
                    State = null,
                    Left = [],
                    WasReset = e.Trouble is null,
                    ResetFailed = e.Trouble is not null,
                });
                break;
            case Surveyed e when step.State.Streams[e.Device].Activity == StreamActivity.Surveying:
                PreCopying.NoteSurvey(step, e);
                break;
            case EvaluationReady e when step.State.Stage == EngineStage.Evaluating:
                Gates.First(step, e.Evaluator);
                break;
            case EvaluationFailed e when step.State.Stage == EngineStage.Evaluating:
                Rollback.Begin(step, MigrationOutcome.Recovered, $"Nothing can be decided: {e.Reason}");
                break;
            case StreamLoaded e when step.State.Streams[e.Device].Activity == StreamActivity.Moving:
                step.SetStream(e.Device, step.State.Streams[e.Device] with { Activity = StreamActivity.Loaded, StopCopiedBytes = e.Bytes });
                break;
            case StreamBroken e when step.State.Streams[e.Device].Activity is StreamActivity.Surveying or StreamActivity.Moving:
                NoteBrokenStream(step, e);
                break;
            case JournalOpened when step.State.Stage == EngineStage.OpeningJournal:
                step.Enter(EngineStage.Preparing);
                break;
            case JournalFailed e when step.State.Stage == EngineStage.OpeningJournal:
                step.End(MigrationOutcome.Stayed, $"Nothing was touched, since the journal cannot be written: {e.Reason}");
                break;
            case Woke e when e.WakeAtNanoseconds == step.State.WakeAtNanoseconds:
                step.State = step.State with { WakeAtNanoseconds = 0 };
                if (step.State.Stage == EngineStage.Waiting)
                {
                    PreCopying.BeginSurvey(step);
                }

                break;
            case CancelRequested:
                step.State = step.State with { IsCancelled = true };
                break;
            case HurryRequested:
                step.State = step.State with { IsCancelled = true, IsHurried = true };
                break;
            case ShellFailed e:
                Failures.NoteShell(step, e);
                foreach (var failed in e.Unanswered.Select(command => Failures.Answer(command, e.Reason)).OfType<EngineEvent>())
                {
                    Note(step, failed);
                }

                break;
        }
    }

    private static void NoteState(DeviceStepBuilder step, StateAnswered e)
    {
        var participant = step.Get(e.Side, e.Device);
        // A reset leads to RUNNING (vfio-uapi section 6). A destination that it leaves where it was may still hold what it held; a source has been
        // reset for the guest all the same.
        var isInvalidReset = e.Side == MigrationSide.Destination && participant.WasReset && e.State is not DeviceState.Running;
        step.Set(e.Side, e.Device, participant with
        {
            Pending = PendingCommand.None,
            SilentSinceNanoseconds = null,
            State = e.State,
            Found = participant.Found ?? e.State,
            Left = e.State is null ? participant.Left : [],
            IsAstray = participant.IsAstray || IsAstray(e.Side, participant.Left, e.State),
            GivenUp = e.State is null ? $"it cannot be asked for its state ({e.Trouble})" : participant.GivenUp,
            WasReset = participant.WasReset && !isInvalidReset,
            ResetFailed = participant.ResetFailed || isInvalidReset,
        });
    }

    private static void NoteArc(DeviceStepBuilder step, ArcEnded e)
    {
        var participant = step.Get(e.Side, e.Device);
        var isReached = e.Result.Reached && (e.Result.State ?? e.Arc.To) == e.Arc.To;
        // Without an answer the connection was lost, and a server may reset its device then; whoever answers with an error has kept what it had.
        ImmutableArray<DeviceState> left = e.Result.Outcome == ArcOutcome.Unknown ? [e.Arc.From, e.Arc.To] : [];
        step.Set(e.Side, e.Device, participant with
        {
            Pending = PendingCommand.None,
            SilentSinceNanoseconds = null,
            State = isReached ? e.Arc.To : e.Result.State,
            Left = e.Result.State is null ? left : [],
            IsAstray = participant.IsAstray || IsAstray(e.Side, left, e.Result.State),
            HasFailed = participant.HasFailed || (!isReached && e.Result.Outcome is not (ArcOutcome.Refused or ArcOutcome.AbortedInFlight)),
            FailedSteps = participant.FailedSteps + (isReached ? 0 : 1),
        });
        if (!isReached)
        {
            Failures.NoteArc(step, e);
        }
    }

    /// <summary>
    /// Whether a device is where none of the states leads in which it was left. What was started anew or reset is in RUNNING; on a destination,
    /// where it may be the guest, every other state that runs counts too.
    /// </summary>
    private static bool IsAstray(MigrationSide side, ImmutableArray<DeviceState> left, DeviceState? found) =>
        !left.IsEmpty && found is { } state && !left.Contains(state) && (state == DeviceState.Running || (side == MigrationSide.Destination && state.IsRunning()));

    private static void NoteBrokenStream(DeviceStepBuilder step, StreamBroken e)
    {
        step.SetStream(e.Device, step.State.Streams[e.Device] with { Activity = StreamActivity.Broken });
        // What broke may be in another state now, or beyond reach.
        var participant = step.Get(e.Side, e.Device);
        step.Set(e.Side, e.Device, participant with { State = null, Left = participant.State is { } state ? [state] : participant.Left });
        if (step.State.Stage != EngineStage.RollingBack)
        {
            Rollback.Begin(step, MigrationOutcome.Recovered, $"The stream of the {step.Plan.Devices[e.Device].Describe(e.Side)} broke: {e.Reason.TrimEnd('.')}.");
        }
    }

    private static Step<EngineState> Act(DeviceStepBuilder step)
    {
        // What is found out about one device may let another go on: until nothing changes any more.
        EngineState before;
        do
        {
            before = step.State;
            Waits.End(step);
            if (step.State.IsCancelled && CanBeCancelled(step))
            {
                Rollback.Begin(step, MigrationOutcome.Stayed, "It was cancelled before the commit point; the machine runs on the source.");
            }

            ActOnce(step);
        }
        while (!ReferenceEquals(step.State, before));
        Waits.Watch(step);
        return step.Step;
    }

    private static bool CanBeCancelled(DeviceStepBuilder step) => !step.State.IsRecovery && step.State.Stage switch
    {
        // A device that was found in another state than RUNNING is not for a way back to start.
        EngineStage.DiscoveringStates => false,
        EngineStage.Quiescing => step.Plan.HasSecondGate,
        <= EngineStage.Waiting or EngineStage.Unquiescing => true,
        _ => false,
    };

    private static void ActOnce(DeviceStepBuilder step)
    {
        switch (step.State.Stage)
        {
            case EngineStage.DiscoveringStates:
                StateDiscovery.Act(step);
                break;
            case EngineStage.Preparing:
                PreCopying.Prepare(step);
                break;
            case EngineStage.Surveying:
                PreCopying.Survey(step);
                break;
            case EngineStage.Quiescing:
                Switchover.Quiesce(step);
                break;
            case EngineStage.Unquiescing:
                Switchover.Unquiesce(step);
                break;
            case EngineStage.Stopping:
                Switchover.Stop(step);
                break;
            case EngineStage.Judging:
                Failures.Judge(step);
                break;
            case EngineStage.Starting:
                Handover.Start(step);
                break;
            case EngineStage.TakingBack:
                TakeBack.Act(step);
                break;
            case EngineStage.Finishing:
                Handover.Finish(step);
                break;
            case EngineStage.RollingBack:
                Rollback.Act(step);
                break;
        }
    }
}
