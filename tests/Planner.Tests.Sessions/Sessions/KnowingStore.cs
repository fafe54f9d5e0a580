using Planner.Measurements;
using Planner.Simulation;

namespace Planner.Tests.Sessions;

/// <summary>Stores with evidence in them.</summary>
internal static class KnowingStore
{
    /// <summary>A store that knows a class of devices from ten quick switchovers, however busy this host is.</summary>
    public static MemoryStore Of(string deviceClass)
    {
        var (at, quick) = (DateTimeOffset.UnixEpoch, TimeSpan.FromMilliseconds(2));
        var arcs = DeviceProfile.SingleArcs(MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy);
        var store = new MemoryStore();
        store.Append(new MeasurementBatch
        {
            Arcs = [.. arcs.SelectMany(arc => Enumerable.Repeat(new ArcSample("nic0", deviceClass, arc, quick, ArcOutcome.Completed, at), 10))],
            Transfers = [.. Enumerable.Repeat(new TransferSample($"{deviceClass}->{deviceClass}", TransferPhase.StopCopy, 10_000_000, quick, quick, at), 10)],
            Attempts = [Ledger.With(new[] { BlackoutSpan.Whole, BlackoutSpan.AfterQuiesce }.SelectMany(span => Enumerable.Repeat(
                new BlackoutSample(deviceClass, "", BlackoutKind.Rehearsal, span, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20), at), 10)))],
        });
        return store;
    }
}
