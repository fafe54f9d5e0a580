using System.Collections.Immutable;

namespace Planner.Estimators;

/// <summary>What is known about a migration before anything of it was measured. A learned model guesses the blackout from it.</summary>
/// <remarks>
/// A device class stands in it by its magnitudes, not by its name: a name that was never trained on says nothing. Every quantity is at
/// least 0; NaN means that it is not known.
/// </remarks>
public readonly record struct BlackoutFeatures
{
    /// <summary>The number of values that <see cref="Write"/> gives.</summary>
    public const int Count = 9;

    /// <summary>What stands for a value that is not known: below every logarithm.</summary>
    public const float Unknown = -1;

    /// <summary>The shorter window of the dirty curve, in seconds.</summary>
    public const double ShortWindowSeconds = 0.1;

    /// <summary>The longer window of the dirty curve, in seconds.</summary>
    public const double LongWindowSeconds = 1;

    private const double PerSecond = 1e6;
    private const double Largest = 1L << 62;

    /// <summary>The names of the values, in their order. A model that was trained on others is of no use.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        "deviceCount", "statedArcsSeconds", "stateBytes", "ramRemainingBytes", "dirtyShortBytesPerSecond", "dirtyLongBytesPerSecond",
        "bandwidthBytesPerSecond", "phase", "wireSeconds",
    ];

    /// <summary>The number of devices.</summary>
    public int DeviceCount { get; init; }

    /// <summary>The worst cases that are stated for the arcs of a device, summed, in seconds: of the device with the largest sum.</summary>
    public double StatedArcsSeconds { get; init; }

    /// <summary>Device state that the stop phase will carry, all devices together, in bytes.</summary>
    public double StateBytes { get; init; }

    /// <summary>Memory still to send, in bytes; 0 if no memory is migrated.</summary>
    public double RamRemainingBytes { get; init; }

    /// <summary>Unique bytes dirtied in <see cref="ShortWindowSeconds"/>, as a rate in bytes per second.</summary>
    public double DirtyShortBytesPerSecond { get; init; }

    /// <summary>Unique bytes dirtied in <see cref="LongWindowSeconds"/>, as a rate in bytes per second. The curve saturates, so it is at most the shorter window's.</summary>
    public double DirtyLongBytesPerSecond { get; init; }

    /// <summary>The rate at which the stop phase is expected to send, in bytes per second.</summary>
    public double BandwidthBytesPerSecond { get; init; }

    /// <summary>What the machine does meanwhile.</summary>
    public MigrationPhase Phase { get; init; }

    /// <summary>How long the bytes alone take: (state + memory) / bandwidth, in seconds; NaN if one of them is not known.</summary>
    public double WireSeconds => BandwidthBytesPerSecond > 0 ? (StateBytes + RamRemainingBytes) / BandwidthBytesPerSecond : double.NaN;

    /// <summary>Writes the values that a model sees: log2(1 + bytes), log2(1 + bytes per second) and log2(1 + microseconds), and the number of
    /// devices and the phase as they are; <see cref="Unknown"/> for what is not known.</summary>
    /// <param name="values">Takes <see cref="Count"/> values, in the order of <see cref="Names"/>.</param>
    public void Write(Span<float> values)
    {
        values[0] = Math.Max(0, DeviceCount);
        values[1] = Logarithm(StatedArcsSeconds * PerSecond);
        values[2] = Logarithm(StateBytes);
        values[3] = Logarithm(RamRemainingBytes);
        values[4] = Logarithm(DirtyShortBytesPerSecond);
        values[5] = Logarithm(DirtyLongBytesPerSecond);
        values[6] = Logarithm(BandwidthBytesPerSecond);
        values[7] = (float)Phase;
        values[8] = Logarithm(WireSeconds * PerSecond);
    }

    private static float Logarithm(double value) => value >= 0 ? (float)Math.Log2(1 + Math.Min(value, Largest)) : Unknown;
}
