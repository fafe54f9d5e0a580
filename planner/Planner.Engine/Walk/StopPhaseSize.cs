using Planner.Measurements;

namespace Planner.Engine;

/// <summary>What the stop phase will carry, from what a device says; drivers mean different things by MIG_DATA_SIZE.</summary>
internal static class StopPhaseSize
{
    /// <summary>Estimates by the rule for the driver.</summary>
    /// <returns>Bytes; null if the device tells no data size. Then the class's history has to do.</returns>
    /// <remarks>What pre-copy still has to carry is a floor, not a bound: it will be in the stop phase, but says nothing about
    /// what else will.</remarks>
    public static long? Expect(DevicePlan device, long preCopiedBytes, PreCopyInfo? preCopy, long? dataSizeBytes)
    {
        if (dataSizeBytes is not { } size)
        {
            return null;
        }

        var floor = preCopy is { } left ? left.InitialBytes + left.DirtyBytes : 0;
        var rest = device.Source.DataSizeMeaning == DataSizeMeaning.Total && device.UsesPreCopy ? size - preCopiedBytes : size;
        return Math.Max(rest, floor);
    }
}
