using System.Globalization;
using Planner.Measurements;

namespace Planner.KernelTests;

/// <summary>One arc as the kernel module logged it.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Arc">The arc.</param>
/// <param name="Began">When it began, by CLOCK_MONOTONIC.</param>
/// <param name="Took">How long it took in the driver.</param>
/// <param name="Errno">How it ended; 0 for well.</param>
/// <param name="State">Where the device was then.</param>
/// <param name="HadDeadline">Whether it carried a deadline.</param>
internal readonly record struct LabArc(long Sequence, Arc Arc, TimeSpan Began, TimeSpan Took, int Errno, DeviceState State, bool HadDeadline)
{
    /// <summary>When it ended, by CLOCK_MONOTONIC.</summary>
    public TimeSpan Ended => Began + Took;

    /// <summary>Reads a line: SEQUENCE BEGIN_NS END_NS FROM TO ERRNO STATE DEADLINE_NS.</summary>
    public static LabArc Parse(string line)
    {
        long[] n = [.. line.Split(' ').Select(f => long.Parse(f, CultureInfo.InvariantCulture))];
        return new(n[0], new Arc((DeviceState)n[3], (DeviceState)n[4]), Nanoseconds(n[1]), Nanoseconds(n[2] - n[1]), (int)n[5], (DeviceState)n[6], n[7] != 0);
    }

    private static TimeSpan Nanoseconds(long count) => TimeSpan.FromTicks(count / TimeSpan.NanosecondsPerTick);
}
