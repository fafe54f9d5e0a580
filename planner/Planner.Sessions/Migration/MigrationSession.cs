using Planner.Documents;
using Planner.Engine;
using Planner.Evidence;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>Carries one migration out: the engine decides, this does.</summary>
public sealed class MigrationSession
{
    private readonly MigrationRequest _request;
    private readonly SessionServices _services;
    private readonly MigrationPlan _plan;
    private readonly SessionNotices _notices;

    /// <summary>Makes a session. Nothing is touched yet.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="services">What to work with.</param>
    /// <exception cref="PlanRefusedException">The machine lacks what a migration needs.</exception>
    public MigrationSession(MigrationRequest request, SessionServices services)
    {
        _request = request;
        _services = services;
        _notices = new SessionNotices(request.MigrationId, services.Clock, services.Observers);
        _plan = new MigrationPlan
        {
            Devices = [.. request.Devices.Select(d => new DevicePlan(d.Name, d.Source.Address, d.Destination.Address, d.Source.Offer, d.Destination.Offer))],
            Mode = request.Mode,
            Limit = request.Policy.BlackoutLimit,
            QuiesceTries = request.Policy.QuiesceTries,
            OnFailure = [.. request.Policy.OnFailure],
            Patience = request.Patience,
        }.Checked();
    }

    /// <summary>Runs the migration to its end on the calling thread. Called once.</summary>
    /// <param name="cancellationToken">Cancels before the commit point: the machine goes back to RUNNING, and the outcome is
    /// <see cref="MigrationOutcome.Stayed"/>. After the commit point it has no effect.</param>
    /// <exception cref="StoreException">The store cannot be read. Nothing was touched.</exception>
    /// <exception cref="DeviceException">A device is gone. Nothing was touched.</exception>
    public SessionResult Run(CancellationToken cancellationToken)
    {
        WarmUp.Once();
        var started = _notices.Now;
        var memory = new EvidenceMemory();
        EvidenceLoader.Recall(memory, _plan, _request.Policy.Name, _services.Store);
        var snapshots = new DeviceSnapshots(_plan, Sla(), memory);
        var modelTrouble = _services.Models is { } models ? EvidenceLoader.RecallModel(snapshots, models) : null;
        EvidenceLoader.AskWorstCases(snapshots, _plan, _request.Devices);
        _notices.Send(new MigrationStarted(_request.Machine, Addresses(d => d.SourceAddress), Addresses(d => d.DestinationAddress), _request.Policy.Name, _request.Policy.BlackoutLimit)
        {
            MigrationId = _request.MigrationId,
            At = started,
        });
        var notes = new EvidenceNotes(memory);
        var scribe = new SessionScribe(_request, _plan, snapshots, notes, _notices);
        EngineState state;
        long ended;
        using (var loop = new SessionLoop(
            _request.Devices.Select(d => (d.Source.Address, (IMigrationDevice?)d.Source)),
            _request.Devices.Select(d => (d.Destination.Address, (IMigrationDevice?)d.Destination)),
            _services,
            scribe))
        {
            (state, ended) = loop.Run(now => MigrationEngine.Start(_plan, now), cancellationToken);
        }

        NoteBlackouts(state, notes);
        var result = Result(state, scribe, notes, started, ended);
        result = result with { StoreTrouble = Keep(result) ?? modelTrouble };
        if (state.IntendedOutcome != MigrationOutcome.NeedsPerson)
        {
            _services.Journal?.Close();
        }

        _notices.Send(new MigrationEnded(result.Outcome, result.Blackout, _request.Policy.BlackoutLimit, result.Reason)
        {
            MigrationId = _request.MigrationId,
            At = result.Record.Ended,
        });
        return result;
    }

    private SlaTerms Sla() => new()
    {
        Class = _request.Policy.Name,
        BlackoutLimitSeconds = _request.Policy.BlackoutLimit.TotalSeconds,
        Confidence = _request.Policy.Confidence,
        WhenEvidenceIsInsufficient = _request.Policy.WhenEvidenceIsInsufficient,
        CompleteWithinSeconds = _request.Policy.CompleteWithin?.TotalSeconds,
        ErrorBudgetRemainingSeconds = _request.ErrorBudgetRemaining?.TotalSeconds,
    };

    private string Addresses(Func<DevicePlan, string> side) => string.Join(", ", _plan.Devices.Select(side));

    /// <summary>Only a switchover that came to its end says how long one takes.</summary>
    private void NoteBlackouts(EngineState state, EvidenceNotes notes)
    {
        if (state.IntendedOutcome is not (MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit) || state.FirstGate is not { } first)
        {
            return;
        }

        Note(BlackoutSpan.Whole, first, state.LastBlackoutNanoseconds);
        if (state.SecondGate is { } second)
        {
            var beforeGate = second.AtNanoseconds - first.AtNanoseconds;
            Note(BlackoutSpan.AfterQuiesce, second, state.LastBlackoutNanoseconds - beforeGate);
        }

        void Note(BlackoutSpan span, GateDecision gate, long actualNanoseconds)
        {
            if (gate.Decision.PredictedSeconds is > 0 and < double.PositiveInfinity)
            {
                var isRehearsal = _plan.Mode == MigrationMode.Rehearsal;
                notes.Note(new BlackoutSample(
                    _plan.MachineClass,
                    isRehearsal ? "" : _request.Policy.Name,
                    isRehearsal ? BlackoutKind.Rehearsal : BlackoutKind.Commit,
                    span,
                    TimeSpan.FromSeconds(gate.Decision.PredictedSeconds),
                    SessionClock.Between(0, actualNanoseconds),
                    _notices.Now));
            }
        }
    }

    private SessionResult Result(EngineState state, SessionScribe scribe, EvidenceNotes notes, DateTimeOffset started, long endedNanoseconds)
    {
        var deciding = state.SecondGate ?? state.FirstGate;
        var first = Explain(state.FirstGate);
        var blackout = SessionClock.Between(0, state.BlackoutNanoseconds(endedNanoseconds));
        var snapshot = deciding is null ? null : DecisionJson.WriteSnapshot(deciding.Input());
        var record = new MigrationRecord(
            _request.MigrationId, _request.Machine, Addresses(d => d.SourceAddress), Addresses(d => d.DestinationAddress), _request.Policy.Name,
            state.IntendedOutcome, _request.Policy.BlackoutLimit, SessionClock.Span(deciding?.Decision.BoundSeconds ?? double.NaN), blackout, started, _notices.Now,
            state.Reason, snapshot)
        {
            Method = deciding?.Decision.Method,
        };
        return new SessionResult
        {
            Outcome = state.IntendedOutcome,
            Blackout = blackout,
            Reason = state.Reason,
            Decision = first,
            SecondDecision = Explain(state.SecondGate),
            Terms = first is null ? [] : TermOutcomes.Compare(first.Terms, scribe.BlackoutArcs, scribe.Transfer, scribe.StreamBytes),
            Snapshot = snapshot,
            Record = record,
            Measurements = notes.Batch with { Migrations = [record] },
        };
    }

    private static ExplainedDecision? Explain(GateDecision? gate) => gate?.Evaluator.Explain(gate.Decision, gate.Moment);

    private string? Keep(SessionResult result)
    {
        try
        {
            _services.Store?.Append(result.Measurements);
            return null;
        }
        catch (StoreException e)
        {
            return e.Message;
        }
    }
}
