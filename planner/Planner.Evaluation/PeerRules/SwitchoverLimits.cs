namespace Planner.Evaluation;

/// <summary>What the rules of other systems take as a limit, and how they count it.</summary>
internal static class SwitchoverLimits
{
    private const double MillisecondsPerSecond = 1000;
    private const double SmallestSeconds = 0.001;
    private const double LargestSeconds = QemuBasedRule.MaximumDowntimeLimitMilliseconds / MillisecondsPerSecond;

    // Keeps the rounding of 0.29 * 1000 from losing a millisecond.
    private const double RoundingMilliseconds = 1e-6;

    /// <summary>Checks a limit of the blackout, in seconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not within 1 ms and the 2,000 s that QEMU allows.</exception>
    public static double Check(double limitSeconds) => limitSeconds is >= SmallestSeconds and <= LargestSeconds
        ? limitSeconds
        : throw new ArgumentOutOfRangeException(nameof(limitSeconds), limitSeconds, $"Give a limit from {SmallestSeconds} to {LargestSeconds} seconds.");

    /// <summary>The limit in whole milliseconds, rounded down, as QEMU's interface has it.</summary>
    public static int Milliseconds(double limitSeconds) => (int)(Check(limitSeconds) * MillisecondsPerSecond + RoundingMilliseconds);

    /// <summary>Milliseconds as seconds.</summary>
    public static double Seconds(double milliseconds) => milliseconds / MillisecondsPerSecond;
}
