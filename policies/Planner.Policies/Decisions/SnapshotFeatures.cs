using Planner.Estimators;

namespace Planner.Policies;

/// <summary>Reads from a snapshot what a learned model is asked with. Examples to learn from have to be read in the same way.</summary>
public static class SnapshotFeatures
{
    /// <summary>What a snapshot tells beforehand. A link without a transfer so far has no bandwidth that is known.</summary>
    /// <remarks>A snapshot does not tell whether the machine is throttled; whoever knows sets the phase.</remarks>
    public static BlackoutFeatures Read(DecisionSnapshot snapshot)
    {
        var dirty = DirtyCurve.Fit([.. (snapshot.Ram?.DirtyWindows ?? []).Select(w => (w.Seconds, w.UniqueBytes))]);
        var rates = snapshot.Transfer?.BytesPerSecond ?? [];
        return new BlackoutFeatures
        {
            DeviceCount = snapshot.Devices.Count,
            StatedArcsSeconds = snapshot.Devices.Select(StatedSeconds).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Max(),
            StateBytes = snapshot.Devices.Any(d => d.StateBytes is null) ? double.NaN : snapshot.Devices.Sum(d => (double)d.StateBytes!.Value),
            RamRemainingBytes = snapshot.Ram is { } ram ? ram.RemainingBytes ?? double.NaN : 0,
            DirtyShortBytesPerSecond = DirtyRate(snapshot, dirty, BlackoutFeatures.ShortWindowSeconds),
            DirtyLongBytesPerSecond = DirtyRate(snapshot, dirty, BlackoutFeatures.LongWindowSeconds),
            BandwidthBytesPerSecond = rates.Count > 0 ? Samples.Of(rates).Median : double.NaN,
            Phase = snapshot.Ram is not null || snapshot.Devices.Any(d => d.State is "PRE_COPY" or "PRE_COPY_P2P") ? MigrationPhase.PreCopy : MigrationPhase.Idle,
        };
    }

    private static double StatedSeconds(DeviceEvidence device)
    {
        var stated = device.Arcs.Where(a => a.WorstSeconds is not null).ToList();
        return stated.Count > 0 ? stated.Sum(a => a.WorstSeconds!.Value) : double.NaN;
    }

    private static double DirtyRate(DecisionSnapshot snapshot, DirtyCurve? curve, double windowSeconds) =>
        snapshot.Ram is null ? 0 : curve is null ? double.NaN : curve.UniqueBytes(windowSeconds) / windowSeconds;
}
