using Planner.Measurements;

namespace Planner.Engine;

/// <summary>What the stop phase will carry, from what a device says; drivers mean different things by MIG_DATA_SIZE.</summary>
public static class StopPhaseSize
{
    /// <summary>Estimates by the rule for the driver.</summary>
    /// <param name="source">What the source device offers.</param>
    /// <param name="preCopiedBytes">What pre-copy has carried of the first data set of the stream that the stop phase goes on with; 0 if it
    /// starts anew.</param>
    /// <param name="preCopy">What pre-copy still has to carry; null if the device does not tell.</param>
    /// <param name="dataSizeBytes">The data size that the device tells; null if it tells none.</param>
    /// <returns>Bytes; null if the device tells no data size, or one that no decision takes. Then the class's history has to do.</returns>
    /// <remarks>Of a total, what pre-copy has not carried of the first data set is left; what was carried and has changed since comes
    /// on top. For the other meanings what pre-copy still has to carry is a floor, not a bound: it says nothing about what else will come.</remarks>
    public static long? Expect(DeviceOffer source, long preCopiedBytes, PreCopyInfo? preCopy, long? dataSizeBytes)
    {
        var (initial, dirty) = preCopy is { } left ? (left.InitialBytes, left.DirtyBytes) : (0, 0);
        if (dataSizeBytes is not { } size || Math.Max(size, Math.Max(initial, dirty)) > ValueLimits.MostBytes)
        {
            return null;
        }

        var expected = source.DataSizeMeaning == DataSizeMeaning.Total
            ? Math.Max(size - preCopiedBytes, initial) + dirty
            : Math.Max(size, initial + dirty);
        return expected <= ValueLimits.MostBytes ? expected : null;
    }
}
