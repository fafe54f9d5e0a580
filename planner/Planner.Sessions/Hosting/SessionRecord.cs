using Planner.Documents;
using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>Writes a migration down: notices for observers, evidence for the next one, and in the end the result.</summary>
/// <typeparam name="TState">The engine's state.</typeparam>
internal abstract class SessionRecord<TState>(MigrationRequest request, SessionServices services, AttemptSide source, AttemptSide destination) : ISessionRecord<TState>
    where TState : SessionState
{
    /// <summary>When the session began.</summary>
    public DateTimeOffset Started { get; init; } = services.Clock.GetUtcNow();

    private readonly DecisionLog _decisions = new(services.Clock.NowNanoseconds());

    protected SessionNotices Notices { get; } = new(request.MigrationId, services.Clock, services.Observers);

    private bool _isUntouched = true;

    protected TimeProvider Clock => services.Clock;

    /// <summary>What else there is to say in the result; null for nothing.</summary>
    protected string? Trouble { get; init; }

    /// <summary>Tells that the session begins.</summary>
    public void Begin() => Notices.Send(new MigrationStarted(request.Machine, source.Address, destination.Address, request.Policy.Name, request.Policy.BlackoutLimit)
    {
        MigrationId = request.MigrationId,
        At = Started,
    });

    public abstract JournalHeader Header(TState state);

    public void Note(TState? before, SessionEvent happened, Step<TState> step)
    {
        if (before is not null)
        {
            NoteEvent(before, happened, step.State);
        }

        foreach (var command in step.Commands)
        {
            // The journal is opened last before anything is touched.
            _isUntouched &= command is not OpenJournal;
            NoteCommand(command, step.State);
        }

        if (before?.Phase != step.State.Phase)
        {
            Notices.Send(new PhaseEntered(step.State.Phase) { MigrationId = request.MigrationId, At = Notices.Now });
        }
    }

    /// <summary>Keeps what was measured and tells that the session is over.</summary>
    /// <param name="end">The engine's last state, and the moment it was reached.</param>
    public SessionResult End((TState State, long AtNanoseconds) end)
    {
        SessionEnding ending;
        IReadOnlyList<AttemptDecision> decisions = [];
        ExplainedDecision? first = null;
        string? sumTrouble = null;
        try
        {
            ending = Ending(end.State, end.AtNanoseconds);
            first = Explain(ending.FirstGate);
            decisions = _decisions.Read(ending.FirstGate, ending.SecondGate);
        }
        catch (Exception e)
        {
            // What cannot be summed up changes nothing about what became of the machine.
            sumTrouble = e.Message;
            ending = new SessionEnding(null, null, new MeasurementBatch(), _ => []);
        }

        var outcome = end.State.IntendedOutcome;
        var pauses = end.State.PausesUntil(end.AtNanoseconds);
        var isOverLimit = outcome == MigrationOutcome.CompletedOverLimit || (end.State.Promise is { } limit && pauses.Exceeds(limit));
        var reason = RecoverCommand.In(end.State.Reason, services.StateDirectory);
        var attempt = new MigrationAttempt
        {
            Id = request.MigrationId,
            Kind = request.Mode switch { MigrationMode.Shadow => AttemptKind.Shadow, MigrationMode.Rehearsal => AttemptKind.Rehearsal, _ => AttemptKind.Migration },
            Machine = request.Machine,
            Source = source,
            Destination = destination,
            SlaClass = request.Policy.Name,
            Limit = end.State.Promise,
            Confidence = request.Policy.Confidence,
            Rule = request.Mode == MigrationMode.Rehearsal ? null : HypervisorKnowledge.Rule(request.Policy),
            AskedBy = services.AskedBy,
            Outcome = outcome,
            Reason = reason,
            Started = Started,
            Ended = Notices.Now,
            Pauses = pauses,
            ArePausesKnown = ending.IsBlackoutKnown,
            Decisions = decisions,
            Traffic = ending.Traffic,
            Scores = ending.Scores,
        };
        var measured = (ending.Noted with { Attempts = [attempt] }).Of(new SampleOrigin(services.Host, request.Machine, attempt.Id));
        var keepTrouble = Try(() => services.Store?.Append(measured));
        var closeTrouble = end.State.IsSettled || outcome != MigrationOutcome.NeedsPerson ? Try(() => services.Journal?.Close()) : null;
        Notices.Send(new MigrationEnded(outcome, pauses.Length, request.Policy.BlackoutLimit, reason) { MigrationId = request.MigrationId, At = attempt.Ended, IsOverLimit = isOverLimit });
        return new SessionResult
        {
            Outcome = outcome,
            Blackout = pauses.Length,
            Pauses = pauses,
            IsOverLimit = isOverLimit,
            IsUntouched = _isUntouched,
            IsBlackoutKnown = ending.IsBlackoutKnown,
            Reason = reason,
            Decision = first,
            SecondDecision = Explain(ending.SecondGate),
            Terms = first is null ? [] : ending.Compare(first.Terms),
            Snapshot = decisions.LastOrDefault(d => d.Snapshot is not null)?.Snapshot,
            Attempt = measured.Attempts[0],
            Measurements = measured,
            StoreTrouble = keepTrouble ?? closeTrouble ?? sumTrouble ?? Trouble,
        };
    }

    /// <summary>Takes notice of an event.</summary>
    protected abstract void NoteEvent(TState before, SessionEvent happened, TState after);

    /// <summary>Takes notice of a command that was given.</summary>
    protected virtual void NoteCommand(EngineCommand command, TState state)
    {
        if (command is ReportDecision { Decision: var gate })
        {
            _decisions.Add(gate);
            var decision = gate.Decision;
            Notices.Send(new Decided(
                gate.Gate, decision.Verdict, decision.Method, Span(decision.P50Seconds), Span(decision.BoundSeconds), request.Policy.BlackoutLimit, Reason(gate, state) + gate.Note)
            {
                MigrationId = request.MigrationId,
                At = Notices.Now,
                Input = () => DecisionJson.WriteSnapshot(gate.Input()),
                Terms = () => [.. Explain(gate)!.Terms.Select(t => new ForetoldTerm(t.Term, t.Device, t.P50Seconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null))],
            });
        }
    }

    /// <summary>The reason of a decision in words.</summary>
    protected virtual string Reason(GateDecision gate, TState state) => gate.Evaluator.Explain(gate.Decision, gate.Moment).Reason;

    /// <summary>Makes evidence of how the session ended, and sums it up.</summary>
    protected abstract SessionEnding Ending(TState state, long endedNanoseconds);

    /// <summary>A computed time; null where it is not known.</summary>
    protected static TimeSpan? Span(double seconds) => DecisionLog.Span(seconds);

    private static ExplainedDecision? Explain(GateDecision? gate) => gate?.Evaluator.Explain(gate.Decision, gate.Moment);

    /// <summary>What cannot be kept changes nothing about what became of the machine.</summary>
    private static string? Try(Action act)
    {
        try
        {
            act();
            return null;
        }
        catch (Exception e)
        {
            return e.Message;
        }
    }
}
