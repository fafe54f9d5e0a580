namespace Planner.Estimators;

/// <summary>A period in a machine's dirty rate, and the lull that comes next.</summary>
/// <param name="PeriodSeconds">The length of the period.</param>
/// <param name="LullBeginsInSeconds">When the next lull begins, from the last observation on; 0 if it has begun.</param>
/// <param name="LullEndsInSeconds">When that lull ends, from the last observation on.</param>
/// <param name="LullBytesPerSecond">The mean rate in lulls.</param>
/// <param name="BusyBytesPerSecond">The mean rate outside of lulls.</param>
/// <param name="FalseAlarmProbability">How often a rate without any pattern would look as periodic as this.</param>
public sealed record DirtyCycle(
    double PeriodSeconds,
    double LullBeginsInSeconds,
    double LullEndsInSeconds,
    double LullBytesPerSecond,
    double BusyBytesPerSecond,
    double FalseAlarmProbability);

/// <summary>What the machine did while its dirty memory was watched. Dirty rates differ by a factor of two or three between them.</summary>
public enum DirtyPhase
{
    /// <summary>No migration.</summary>
    Idle,

    /// <summary>Pre-copy, with the guest at full speed.</summary>
    PreCopy,

    /// <summary>Pre-copy, with the guest held back.</summary>
    Throttled,
}
