using Planner.Measurements;

namespace Planner.Tests.Sessions;

/// <summary>A store in memory, for sessions that build on each other.</summary>
internal sealed class MemoryStore : IMeasurementStore
{
    private readonly List<MeasurementBatch> _batches = [];

    public string? Fault { get; set; }

    public IReadOnlyList<MeasurementBatch> Batches => _batches;

    public void Append(MeasurementBatch batch)
    {
        if (Fault is not null)
        {
            throw new StoreException(Fault);
        }

        _batches.Add(batch);
    }

    public IReadOnlyList<ArcSample> ReadArcs(string deviceClass, int latestPerArc) =>
        [.. _batches.SelectMany(b => b.Arcs).Where(s => s.DeviceClass == deviceClass && s.Outcome is ArcOutcome.Completed or ArcOutcome.CompletedLate)];

    public IReadOnlyList<TransferSample> ReadTransfers(string link, TransferPhase phase, int latest) =>
        [.. _batches.SelectMany(b => b.Transfers).Where(s => s.Link == link && s.Phase == phase).TakeLast(latest)];

    public IReadOnlyList<StateSizeSample> ReadStateSizes(string deviceClass, int latest) =>
        [.. _batches.SelectMany(b => b.StateSizes).Where(s => s.DeviceClass == deviceClass).TakeLast(latest)];

    public IReadOnlyList<BlackoutSample> ReadBlackouts(string deviceClass, string slaClass, BlackoutSpan span, int latest) =>
        [.. _batches.SelectMany(b => b.Blackouts).Where(s => s.DeviceClass == deviceClass && s.Span == span && s.Kind != BlackoutKind.Shadow
            && (s.Kind == BlackoutKind.Rehearsal || s.SlaClass == slaClass)).TakeLast(latest)];

    public IReadOnlyList<BlackoutSample> ReadFirstBlackouts(string likeClass, string slaClass, BlackoutSpan span, int firstOfEach) =>
        [.. _batches.SelectMany(b => b.Blackouts).Where(s => EvidenceKey.IsOf(s.DeviceClass, likeClass) && s.Span == span && s.Kind != BlackoutKind.Shadow
            && (s.Kind == BlackoutKind.Rehearsal || s.SlaClass == slaClass)).GroupBy(s => s.DeviceClass).SelectMany(g => g.Take(firstOfEach))];

    public IReadOnlyList<LinkAgeSample> ReadLinkAges(string link) => [.. _batches.SelectMany(b => b.LinkAges).Where(a => a.Link == link)];

    public IReadOnlyList<MachineMove> ReadMoves() =>
    [
        .. _batches.SelectMany(b => b.Migrations).Where(m => m.Outcome is MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit)
            .Select(m => new MachineMove(m.Source, m.Destination, m.Ended)).Reverse(),
    ];

    public TimeSpan ReadBlackoutSpent(string machine, DateTimeOffset since) => TimeSpan.Zero;

    public void Dispose()
    {
    }
}
