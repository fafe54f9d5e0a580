using Planner.Measurements;

namespace Planner.Storage;

// The rows of the ledger.

internal sealed record AttemptRow(
    string Id,
    string? Kind,
    string? Recovers,
    string Machine,
    string? SourceHost,
    string Source,
    string? SourceClass,
    string? DestinationHost,
    string Destination,
    string? DestinationClass,
    string SlaClass,
    long? LimitTicks,
    double? Confidence,
    string? Rule,
    string? AskedBy,
    string Outcome,
    string Reason,
    long StartedTicks,
    long EndedTicks,
    long PausesKnown,
    long? PreCopyBytes,
    long? StopBytes,
    double? PreCopyRate,
    double? StopRate,
    long? ThrottlePercent)
{
    public static AttemptRow From(MigrationAttempt a) => new(
        a.Id, a.Kind?.ToString(), a.Recovers, a.Machine, a.Source.Host, a.Source.Address, a.Source.Class, a.Destination.Host, a.Destination.Address, a.Destination.Class,
        a.SlaClass, a.Limit?.Ticks, a.Confidence, a.Rule, a.AskedBy, a.Outcome.ToString(), a.Reason, a.Started.UtcTicks, a.Ended.UtcTicks, Convert.ToInt64(a.ArePausesKnown),
        a.Traffic.PreCopyBytes, a.Traffic.StopBytes, a.Traffic.PreCopyBytesPerSecond, a.Traffic.StopBytesPerSecond, a.Traffic.ThrottlePercent);

    public MigrationAttempt ToAttempt(IEnumerable<PauseRow> pauses, IEnumerable<DecisionRow> decisions, IEnumerable<ScoreRow> scores) => new()
    {
        Id = Id,
        Kind = Kind is { } kind ? Column.Word<AttemptKind>(kind) : null,
        Recovers = Recovers,
        Machine = Machine,
        Source = new AttemptSide(SourceHost, Source, SourceClass),
        Destination = new AttemptSide(DestinationHost, Destination, DestinationClass),
        SlaClass = SlaClass,
        Limit = LimitTicks is { } limit ? Column.Time(limit) : null,
        Confidence = Confidence is null or (> 0 and < 1) ? Confidence : throw new FormatException($"a confidence of {Confidence} cannot be"),
        Rule = Rule,
        AskedBy = AskedBy,
        Outcome = Column.Word<MigrationOutcome>(Outcome),
        Reason = Reason,
        Started = Column.At(StartedTicks),
        Ended = Column.At(EndedTicks),
        Pauses = pauses.Aggregate(PauseSum.None, (sum, row) => row.AddTo(sum)),
        ArePausesKnown = PausesKnown != 0,
        Decisions = [.. decisions.Select(r => r.ToDecision())],
        Traffic = new AttemptTraffic
        {
            PreCopyBytes = PreCopyBytes is { } before ? Column.Bytes(before) : null,
            StopBytes = StopBytes is { } stop ? Column.Bytes(stop) : null,
            PreCopyBytesPerSecond = PreCopyRate is { } rate ? Column.Rate(rate) : null,
            StopBytesPerSecond = StopRate is { } stopRate ? Column.Rate(stopRate) : null,
            ThrottlePercent = ThrottlePercent is null or (>= 0 and <= 99) ? (int?)ThrottlePercent : throw new FormatException($"a throttle of {ThrottlePercent} % cannot be"),
        },
        Scores = [.. scores.Select(r => r.ToSample())],
    };
}

internal sealed record SummaryRow(
    string Id, string? Kind, string Machine, string SlaClass, long? LimitTicks, double? Confidence, string Outcome, long StartedTicks, long EndedTicks, long PausedTicks, string Reason,
    long? BoundTicks)
{
    public AttemptSummary ToSummary() => new(
        Id, Kind is { } kind ? Column.Word<AttemptKind>(kind) : null, Machine, SlaClass, LimitTicks is { } limit ? Column.Time(limit) : null, Confidence,
        Column.Word<MigrationOutcome>(Outcome), Column.At(StartedTicks), Column.At(EndedTicks), Column.Time(PausedTicks), Reason)
    {
        Bound = BoundTicks is { } bound ? Column.Time(bound) : null,
    };
}

internal sealed record PauseRow(string Attempt, string Kind, long Ticks, long LeastTicks, long MostTicks, string Basis)
{
    public static IEnumerable<PauseRow> From(MigrationAttempt a) =>
        from part in new[] { (PauseKind.VainQuiesce, a.Pauses.VainQuiesces), (PauseKind.FailedCommit, a.Pauses.FailedCommits), (PauseKind.Blackout, a.Pauses.Blackout) }
        let pause = part.Item2
        where pause is not null
        select new PauseRow(a.Id, part.Item1.ToString(), pause.Length.Ticks, pause.AtLeast.Ticks, pause.AtMost.Ticks, pause.Basis);

    public PauseSum AddTo(PauseSum sum) => LeastTicks <= Ticks && Ticks <= MostTicks
        ? sum.With(Column.Word<PauseKind>(Kind), new GuestPause(Column.Time(Ticks), Column.Time(LeastTicks), Column.Time(MostTicks), Basis))
        : throw new FormatException($"a pause of {Ticks} ticks that is at least {LeastTicks} and at most {MostTicks} cannot be");
}

internal sealed record DecisionRow(
    string Attempt, long Ordinal, long? Gate, string? Verdict, string? Method, long? PredictedTicks, long? BoundTicks, long? AfterTicks, string Reason, string? Snapshot)
{
    public static IEnumerable<DecisionRow> From(MigrationAttempt a) => a.Decisions.Select((d, i) => new DecisionRow(
        a.Id, i, d.Gate, d.Verdict?.ToString(), d.Method?.ToString(), d.Predicted?.Ticks, d.Bound?.Ticks, d.After?.Ticks, d.Reason, d.Snapshot));

    public AttemptDecision ToDecision() => new(
        Gate is null or 1 or 2 ? (int?)Gate : throw new FormatException($"a gate {Gate} cannot be"),
        Verdict is { } verdict ? Column.Word<Verdict>(verdict) : null,
        Method is { } method ? Column.Word<BoundMethod>(method) : null,
        PredictedTicks is { } predicted ? Column.Time(predicted) : null,
        BoundTicks is { } bound ? Column.Time(bound) : null,
        AfterTicks is { } after ? Column.Time(after) : null,
        Reason,
        Snapshot);
}
