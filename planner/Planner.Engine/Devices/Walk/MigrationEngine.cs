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
    public static EngineStep Start(MigrationPlan plan, long nowNanoseconds)
    {
        var unknown = plan.Checked().Devices.Select(_ => new Participant()).ToImmutableArray();
        return Act(new Turn(NewState(plan, unknown, unknown, nowNanoseconds), nowNanoseconds));
    }

    /// <summary>Begins the recovery of a session whose process died. The truth about states is asked from the devices.</summary>
    /// <param name="plan">What was intended.</param>
    /// <param name="sources">The source devices: where they were found then, and whether an arc was sent to them.</param>
    /// <param name="destinations">The destination devices likewise.</param>
    /// <param name="isHandedOver">Whether the machine belonged to the destination.</param>
    /// <param name="isTakenBack">Whether it had belonged to it, and was taken back.</param>
    /// <param name="nowNanoseconds">The monotonic clock.</param>
    public static EngineStep Recover(
        MigrationPlan plan,
        ImmutableArray<Participant> sources,
        ImmutableArray<Participant> destinations,
        bool isHandedOver,
        bool isTakenBack,
        long nowNanoseconds)
    {
        var state = NewState(plan, sources, destinations, nowNanoseconds) with { IsRecovery = true, IsHandedOver = isHandedOver, IsTakenBack = isTakenBack };
        return Act(new Turn(state, nowNanoseconds));
    }

    /// <summary>Takes an event.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="happened">What happened.</param>
    /// <param name="nowNanoseconds">The monotonic clock; never less than in the call before.</param>
    public static EngineStep Advance(EngineState state, EngineEvent happened, long nowNanoseconds)
    {
        var turn = new Turn(state, nowNanoseconds);
        if (state.Stage == EngineStage.Ended)
        {
            return turn.Step;
        }

        Note(turn, happened);
        return Act(turn);
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
    private static void Note(Turn turn, EngineEvent happened)
    {
        switch (happened)
        {
            case ArcEnded e:
                NoteArc(turn, e);
                break;
            case StateAnswered e:
                NoteState(turn, e);
                break;
            case ResetEnded e:
                turn.Set(e.Side, e.Device, turn.Get(e.Side, e.Device) with
                {
                    Pending = PendingCommand.None,
                    State = null,
                    WasReset = e.Trouble is null,
                    ResetFailed = e.Trouble is not null,
                });
                break;
            case Surveyed e:
                PreCopying.NoteSurvey(turn, e);
                break;
            case EvaluationReady e when turn.State.Stage == EngineStage.Evaluating:
                Gates.First(turn, e.Evaluator);
                break;
            case EvaluationFailed e when turn.State.Stage == EngineStage.Evaluating:
                Retreat.Begin(turn, MigrationOutcome.Recovered, $"Nothing can be decided: {e.Reason}");
                break;
            case StreamLoaded e:
                turn.SetStream(e.Device, turn.State.Streams[e.Device] with { Activity = StreamActivity.Loaded, StopCopiedBytes = e.Bytes });
                break;
            case StreamBroken e:
                NoteBrokenStream(turn, e);
                break;
            case JournalOpened when turn.State.Stage == EngineStage.OpeningJournal:
                turn.Enter(EngineStage.Preparing);
                break;
            case JournalFailed e when turn.State.Stage == EngineStage.OpeningJournal:
                turn.End(MigrationOutcome.Stayed, $"Nothing was touched, since the journal cannot be written: {e.Reason}");
                break;
            case Woke e when turn.State.Stage == EngineStage.Waiting && e.WakeAtNanoseconds == turn.State.WakeAtNanoseconds:
                PreCopying.BeginSurvey(turn);
                break;
            case CancelRequested:
                turn.State = turn.State with { IsCancelled = true };
                break;
        }
    }

    private static void NoteState(Turn turn, StateAnswered e)
    {
        var participant = turn.Get(e.Side, e.Device);
        // A reset leads to RUNNING (vfio-uapi section 6). Where it does not, the device may still hold what it held.
        var isInvalidReset = participant.WasReset && e.State is not DeviceState.Running;
        turn.Set(e.Side, e.Device, participant with
        {
            Pending = PendingCommand.None,
            State = e.State,
            Found = participant.Found ?? e.State,
            GivenUp = e.State is null ? $"it cannot be asked for its state ({e.Trouble})" : participant.GivenUp,
            WasReset = participant.WasReset && !isInvalidReset,
            ResetFailed = participant.ResetFailed || isInvalidReset,
        });
    }

    private static void NoteArc(Turn turn, ArcEnded e)
    {
        var participant = turn.Get(e.Side, e.Device);
        var isReached = e.Result.Reached && (e.Result.State ?? e.Arc.To) == e.Arc.To;
        turn.Set(e.Side, e.Device, participant with
        {
            Pending = PendingCommand.None,
            State = isReached ? e.Arc.To : e.Result.State,
            HasFailed = participant.HasFailed || (!isReached && e.Result.Outcome is not (ArcOutcome.Refused or ArcOutcome.AbortedInFlight)),
            FailedSteps = participant.FailedSteps + (isReached ? 0 : 1),
        });
        if (!isReached)
        {
            Failures.NoteArc(turn, e);
        }
    }

    private static void NoteBrokenStream(Turn turn, StreamBroken e)
    {
        turn.SetStream(e.Device, turn.State.Streams[e.Device] with { Activity = StreamActivity.Broken });
        // What broke may be in another state now, or beyond reach.
        turn.Set(e.Side, e.Device, turn.Get(e.Side, e.Device) with { State = null });
        if (turn.State.Stage != EngineStage.Retreating)
        {
            Retreat.Begin(turn, MigrationOutcome.Recovered, $"The stream of the {turn.Plan.Devices[e.Device].Describe(e.Side)} broke: {e.Reason.TrimEnd('.')}.");
        }
    }

    private static EngineStep Act(Turn turn)
    {
        // What is found out about one device may let another go on: until nothing changes any more.
        EngineState before;
        do
        {
            before = turn.State;
            if (turn.State.IsCancelled && CanBeCancelled(turn))
            {
                Retreat.Begin(turn, MigrationOutcome.Stayed, "It was cancelled before the commit point; the machine runs on the source.");
            }

            ActOnce(turn);
        }
        while (!ReferenceEquals(turn.State, before));
        return turn.Step;
    }

    private static bool CanBeCancelled(Turn turn) => !turn.State.IsRecovery && turn.State.Stage switch
    {
        // A device that was found in another state than RUNNING is not for a way back to start.
        EngineStage.Finding => false,
        EngineStage.Quiescing => turn.Plan.HasSecondGate,
        <= EngineStage.Waiting or EngineStage.Unquiescing => true,
        _ => false,
    };

    private static void ActOnce(Turn turn)
    {
        switch (turn.State.Stage)
        {
            case EngineStage.Finding:
                Finding.Act(turn);
                break;
            case EngineStage.Preparing:
                PreCopying.Prepare(turn);
                break;
            case EngineStage.Surveying:
                PreCopying.Survey(turn);
                break;
            case EngineStage.Quiescing:
                Switchover.Quiesce(turn);
                break;
            case EngineStage.Unquiescing:
                Switchover.Unquiesce(turn);
                break;
            case EngineStage.Stopping:
                Switchover.Stop(turn);
                break;
            case EngineStage.Judging:
                Failures.Judge(turn);
                break;
            case EngineStage.Starting:
                Handover.Start(turn);
                break;
            case EngineStage.TakingBack:
                Handback.Act(turn);
                break;
            case EngineStage.Finishing:
                Handover.Finish(turn);
                break;
            case EngineStage.Retreating:
                Retreat.Act(turn);
                break;
        }
    }
}
