using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>A store in memory, for sessions that build on each other.</summary>
internal sealed class MemoryStore : IMeasurementStore
{
    private readonly List<MeasurementBatch> _batches = [];

    public string? Fault { get; set; }

    public IReadOnlyList<MeasurementBatch> Batches => _batches;

    public IEnumerable<MigrationAttempt> Attempts => _batches.SelectMany(b => b.Attempts);

    /// <summary>Called before a batch is kept; what it throws keeps it out.</summary>
    public Action? BeforeAppend { get; set; }

    public void Append(MeasurementBatch batch)
    {
        BeforeAppend?.Invoke();
        if (Fault is not null)
        {
            throw new StoreException(Fault);
        }

        _batches.Add(batch);
    }

    public IReadOnlyList<ArcSample> ReadArcs(string deviceClass, int latestPerArc) =>
    [
        .. _batches.SelectMany(b => b.Arcs).Where(s => s.DeviceClass == deviceClass && s.Outcome is ArcOutcome.Completed or ArcOutcome.CompletedLate)
            .GroupBy(s => s.Arc).SelectMany(g => g.TakeLast(latestPerArc)),
    ];

    public IReadOnlyList<TransferSample> ReadTransfers(string link, TransferPhase phase, int latest) =>
        [.. _batches.SelectMany(b => b.Transfers).Where(s => s.Link == link && s.Phase == phase).TakeLast(latest)];

    public IReadOnlyList<StateSizeSample> ReadStateSizes(string deviceClass, int latest) =>
        [.. _batches.SelectMany(b => b.StateSizes).Where(s => s.DeviceClass == deviceClass).TakeLast(latest)];

    public IReadOnlyList<BlackoutSample> ReadScores(string deviceClass, BlackoutSpan span, int latest) =>
        [.. Attempts.SelectMany(a => a.Scores).Where(s => s.DeviceClass == deviceClass && s.Span == span && s.Kind != BlackoutKind.Shadow).TakeLast(latest)];

    public IReadOnlyList<MigrationAttempt> ReadAttempts(AttemptFilter filter) =>
        [.. Attempts.Where(a => (filter.Machine is null || a.Machine == filter.Machine) && (filter.SlaClass is null || a.SlaClass == filter.SlaClass)).TakeLast(filter.Latest)];

    public IReadOnlyList<AttemptSummary> ReadSummaries(string? machine, DateTimeOffset since) =>
        [.. Attempts.Where(a => (machine is null || a.Machine == machine) && a.Ended >= since).OrderBy(a => a.Ended).Select(AttemptSummary.Of)];

    public MigrationAttempt? FindAttempt(string id) => Attempts.FirstOrDefault(a => a.Id == id);

    public IReadOnlyList<BlackoutSample> ReadFirstScores(string likeClass, BlackoutSpan span, int firstOfEach) =>
    [
        .. Attempts.SelectMany(a => a.Scores).Where(s => EvidenceKey.IsOf(s.DeviceClass, likeClass) && s.Span == span && s.Kind != BlackoutKind.Shadow)
            .GroupBy(s => s.DeviceClass).SelectMany(g => g.Take(firstOfEach)),
    ];

    public IReadOnlyList<LinkAgeSample> ReadLinkAges(string link) => [.. _batches.SelectMany(b => b.LinkAges).Where(a => a.Link == link)];

    public IReadOnlyList<MachineMove> ReadMoves() =>
    [
        .. Attempts.Where(m => m.Outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit)
            .Select(m => new MachineMove(m.Source.Address, m.Destination.Address, m.Ended)).Reverse(),
    ];

    public TimeSpan ReadPauseSpent(string machine, DateTimeOffset since) =>
        Attempts.Where(a => a.Machine == machine && a.Ended >= since).Aggregate(TimeSpan.Zero, (sum, a) => sum + a.Pauses.AtMost);

    public void Dispose()
    {
    }
}
