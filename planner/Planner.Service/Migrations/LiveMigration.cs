using Planner.Documents;
using Planner.Measurements;

namespace Planner.Service;

/// <summary>A migration under way in this process: hears what happens in its session, and says how far it is.</summary>
internal sealed class LiveMigration : ISessionObserver, IDisposable
{
    private static readonly TimeSpan QuietLimit = TimeSpan.FromSeconds(30);

    // Each is written to the disk: often enough to see a bound fall, and not for every evaluation.
    private static readonly TimeSpan DecisionsEvery = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly MigrationEta _eta;
    private readonly Action<Operation, string> _changed;
    private Operation _operation;
    private DateTimeOffset _heard;
    private DateTimeOffset _toldDecision = DateTimeOffset.MinValue;
    private string? _lastReason;
    private Verdict? _lastVerdict;

    /// <summary>Begins.</summary>
    /// <param name="operation">What was asked for.</param>
    /// <param name="use">What it uses.</param>
    /// <param name="eta">When it may be over.</param>
    /// <param name="now">The time.</param>
    /// <param name="changed">Is told of what has to be kept: the operation, and the kind of change.</param>
    public LiveMigration(Operation operation, Admission.Use use, MigrationEta eta, DateTimeOffset now, Action<Operation, string> changed)
    {
        (Use, _eta, _changed, _heard) = (use, eta, changed, now);
        _operation = operation.State == Operation.Running
            ? operation with { HeartbeatTime = now }
            : operation with { State = Operation.Running, StartTime = now, HeartbeatTime = now, Phase = "opening", EtaSeconds = eta.At(0), StatusDetail = null };
    }

    /// <summary>What it uses.</summary>
    public Admission.Use Use { get; }

    /// <summary>Asks it to go home.</summary>
    public CancellationTokenSource Stop { get; } = new();

    /// <summary>Runs it; null before that.</summary>
    public Task? Task { get; set; }

    /// <summary>The migration as it is.</summary>
    public Operation Operation
    {
        get
        {
            lock (_gate)
            {
                return _operation;
            }
        }
    }

    /// <summary>Whether it can still be called back.</summary>
    public bool CanBeCancelled => Operation.Phase is "opening" or "preparing" or "preCopy" or "quiescing";

    /// <inheritdoc/>
    public void On(SessionNotice notice)
    {
        Operation? kept = null;
        var kind = "";
        lock (_gate)
        {
            _heard = notice.At;
            _operation = _operation with { HeartbeatTime = notice.At };
            switch (notice)
            {
                case PhaseEntered entered when AttemptReport.Word(entered.Phase) is var phase && phase != _operation.Phase:
                    _operation = _operation with { Phase = phase, Progress = Math.Max(_operation.Progress, ProgressOf(entered.Phase)) };
                    (kept, kind) = (_operation, "migration.phase");
                    break;
                case Decided decided:
                    _lastReason = decided.Reason;
                    _operation = _operation with { LatestDecision = DecisionPoint.Of(decided) };
                    if (_lastVerdict != decided.Verdict || decided.Gate == 2 || decided.At - _toldDecision >= DecisionsEvery)
                    {
                        (_lastVerdict, _toldDecision) = (decided.Verdict, decided.At);
                        _operation = _operation with
                        {
                            StatusDetail = $"{AttemptReport.Word(decided.Verdict)}: {decided.Reason}",
                            Terms = DecisionPoint.TermsOf(decided) ?? _operation.Terms,
                        };
                        (kept, kind) = (_operation, DecisionPoint.EventKind);
                    }

                    break;
            }
        }

        if (kept is not null)
        {
            _changed(kept, kind);
        }
    }

    /// <summary>Takes notice of where the destination is that was made.</summary>
    public Operation SetDestination(string address)
    {
        lock (_gate)
        {
            return _operation = _operation with { Destination = address };
        }
    }

    /// <summary>Takes notice that somebody asked to call it back.</summary>
    public Operation RequestCancel()
    {
        lock (_gate)
        {
            return _operation = _operation with { CancelRequested = true };
        }
    }

    /// <summary>Shows that it is alive, and says what it waits for.</summary>
    public void Beat(DateTimeOffset now)
    {
        lock (_gate)
        {
            var elapsed = (now - _operation.StartTime!.Value).TotalSeconds;
            var eta = _eta.At(Math.Max(0, elapsed));
            var quiet = now - _heard;
            _operation = _operation with
            {
                HeartbeatTime = now,
                EtaSeconds = eta,
                StatusDetail = quiet > QuietLimit
                    ? $"stuck, because nothing was heard for {Quantity.Format(quiet)} in the phase {_operation.Phase}{(_lastReason is null ? "" : $"; the last that was said: {_lastReason}")}"
                    : _eta.Cause is { } cause ? $"{cause}{(_lastReason is null ? "" : $"; {_lastReason}")}" : _operation.StatusDetail,
            };
        }
    }

    /// <summary>Ends it.</summary>
    public Operation End(Operation ended)
    {
        lock (_gate)
        {
            return _operation = ended with { Progress = 1, CancelRequested = _operation.CancelRequested, StartTime = _operation.StartTime };
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Stop.Dispose();

    // On the way back it is as far as it came.
    private static double ProgressOf(SessionPhase phase) => phase switch
    {
        SessionPhase.Preparing => 0.05,
        SessionPhase.PreCopy => 0.1,
        SessionPhase.Quiescing => 0.7,
        SessionPhase.StopCopy => 0.8,
        SessionPhase.Resuming => 0.9,
        SessionPhase.Ended => 0.99,
        _ => 0,
    };
}
