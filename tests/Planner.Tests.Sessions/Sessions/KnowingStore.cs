using Planner.Engine;
using Planner.Measurements;
using Planner.Sessions;
using Planner.Simulation;

namespace Planner.Tests.Sessions;

/// <summary>Stores with evidence in them.</summary>
internal static class KnowingStore
{
    /// <summary>What the blackouts of a machine with one device are kept under.</summary>
    public static string KeyOf(IMigrationDevice source, IMigrationDevice destination) => new MigrationPlan
    {
        Devices = [new DevicePlan("", source.Address, destination.Address, source.Offer, destination.Offer)],
        Host = new SessionServices().Host,
    }.Key.Text;

    /// <summary>A store that knows a machine with one device from ten quick switchovers, however busy this host is.</summary>
    public static MemoryStore Of(IMigrationDevice source, IMigrationDevice destination)
    {
        var deviceClass = source.Offer.DeviceClass;
        var (at, quick) = (DateTimeOffset.UnixEpoch, TimeSpan.FromMilliseconds(2));
        var arcs = DeviceProfile.SingleArcs(MigrationCapabilities.StopCopy | MigrationCapabilities.P2P | MigrationCapabilities.PreCopy);
        var store = new MemoryStore();
        store.Append(new MeasurementBatch
        {
            Arcs = [.. arcs.SelectMany(arc => Enumerable.Repeat(new ArcSample("nic0", deviceClass, arc, quick, ArcOutcome.Completed, at), 10))],
            Transfers = [.. Enumerable.Repeat(new TransferSample($"{deviceClass}->{deviceClass}", TransferPhase.StopCopy, 10_000_000, quick, quick, at), 10)],
            Attempts = [Ledger.With(new[] { BlackoutSpan.Whole, BlackoutSpan.AfterQuiesce }.SelectMany(span => Enumerable.Repeat(
                new BlackoutSample(KeyOf(source, destination), "", BlackoutKind.Rehearsal, span, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20), at), 10)))],
        });
        return store;
    }
}
