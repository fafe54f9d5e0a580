namespace Planner.Measurements;

/// <summary>How large a value from outside may be, whoever says it: a file, a row of the store, a device, a hypervisor.</summary>
/// <remarks>Far beyond anything real, and small enough that whatever is computed from such values stays finite. There is one range for each quantity, so that what
/// one place takes no other refuses later.</remarks>
public static class ValueLimits
{
    /// <summary>The longest time, in seconds: some 31 years.</summary>
    public const double LongestSeconds = 1e9;

    /// <summary>The most bytes, those of several things together too: 2^60.</summary>
    public const long MostBytes = 1L << 60;

    /// <summary>The lowest rate that is one, in bytes per second.</summary>
    public const double LeastBytesPerSecond = 1;

    /// <summary>The highest rate, in bytes per second.</summary>
    public const double MostBytesPerSecond = 1e15;
}
