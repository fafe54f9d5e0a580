using Planner.Policies;

namespace Planner.Fleet;

/// <summary>How long a machine would stand at a bandwidth, and whether its SLA class allows that.</summary>
/// <param name="BoundSeconds">The bound on the blackout.</param>
/// <param name="MemorySeconds">The part that sends the memory which is left: V* / B with V* = D(V* / B), the floor of pre-copy.</param>
/// <param name="StateSeconds">The part that sends the devices' state.</param>
/// <param name="StopBytes">With so little memory left the machine may be stopped; below 0 if the rest alone takes longer than is allowed.</param>
/// <param name="DirtyRateLimit">The dirty-rate limit that it takes, in bytes per second; infinite for none.</param>
/// <param name="Fits">Whether the class allows it.</param>
internal readonly record struct BlackoutForecast(double BoundSeconds, double MemorySeconds, double StateSeconds, double StopBytes, double DirtyRateLimit, bool Fits)
{
    /// <summary>What it takes beside memory and devices: the last dirty sync and the start on the other side.</summary>
    public const double OtherSeconds = 0.02;

    // What a hypervisor aims at where nothing is promised.
    private const double UsualLimitSeconds = 0.3;

    // Rounds of pre-copy then shrink by a half each; just below the bandwidth they would hardly shrink.
    private const double LimitShare = 0.5;
    private const double HighestLimitShare = 0.9;

    /// <summary>The forecast for a machine at a bandwidth.</summary>
    public static BlackoutForecast Of(MachineShape shape, double bytesPerSecond) => Of(shape, bytesPerSecond, shape.Sla);

    /// <summary>The forecast for a machine at a bandwidth under a class.</summary>
    public static BlackoutForecast Of(MachineShape shape, double bytesPerSecond, SlaPolicy? sla)
    {
        var state = shape.Devices.StateBytes / bytesPerSecond;
        var rest = OtherSeconds + shape.Devices.BoundSeconds + state;
        var floor = Math.Min(shape.MemoryBytes, shape.Dirty?.ReachableFloorBytes(bytesPerSecond) ?? 0);
        var stop = ((sla?.BlackoutLimit.TotalSeconds ?? UsualLimitSeconds) - rest) * bytesPerSecond;
        if (sla is null || floor <= stop)
        {
            return new BlackoutForecast(rest + floor / bytesPerSecond, floor / bytesPerSecond, state, stop, double.PositiveInfinity, true);
        }

        if (stop > 0 && sla.DirtyRateFloorBytesPerSecond is { } least && Math.Max(least, LimitShare * bytesPerSecond) is var limit && limit <= HighestLimitShare * bytesPerSecond)
        {
            return new BlackoutForecast(sla.BlackoutLimit.TotalSeconds, stop / bytesPerSecond, state, stop, limit, true);
        }

        return new BlackoutForecast(rest + floor / bytesPerSecond, floor / bytesPerSecond, state, stop, double.PositiveInfinity, false);
    }
}
