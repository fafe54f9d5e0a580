using Planner.Measurements;
using Planner.Simulation;

namespace Planner.Tests.Sessions;

/// <summary>A store in memory, for sessions that build on each other.</summary>
internal sealed class MemoryStore : IMeasurementStore
{
    private readonly List<MeasurementBatch> _batches = [];

    public string? Fault { get; set; }

    /// <summary>A store that knows a class of devices from ten quick switchovers, however busy this host is.</summary>
    public static MemoryStore Knowing(string deviceClass)
    {
        var (at, quick) = (DateTimeOffset.UnixEpoch, TimeSpan.FromMilliseconds(2));
        var arcs = DeviceProfile.SingleArcs(MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy);
        var store = new MemoryStore();
        store.Append(new MeasurementBatch
        {
            Arcs = [.. arcs.SelectMany(arc => Enumerable.Repeat(new ArcSample("nic0", deviceClass, arc, quick, ArcOutcome.Completed, at), 10))],
            Transfers = [.. Enumerable.Repeat(new TransferSample($"{deviceClass}->{deviceClass}", TransferPhase.StopCopy, 10_000_000, quick, quick, at), 10)],
            Blackouts = [.. new[] { BlackoutSpan.Whole, BlackoutSpan.AfterQuiesce }.SelectMany(span => Enumerable.Repeat(
                new BlackoutSample(deviceClass, "", BlackoutKind.Rehearsal, span, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20), at), 10))],
        });
        return store;
    }

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

    public IReadOnlyList<LinkAgeSample> ReadLinkAges(string link) => [.. _batches.SelectMany(b => b.LinkAges).Where(a => a.Link == link)];

    public TimeSpan ReadBlackoutSpent(string machine, DateTimeOffset since) => TimeSpan.Zero;

    public void Dispose()
    {
    }
}
