namespace Planner.Hypervisors;

/// <summary>The parameters of auto-converge by which the guest's CPUs are slowed down to a share that is told.</summary>
/// <remarks>
/// At a dirty sync at least 1 s after the last such moment QEMU looks whether the guest dirtied more than throttle-trigger-threshold percent of
/// what was sent. Every second time that it did, it takes cpu-throttle-initial if it did not throttle yet, else the smaller of what it takes
/// now + cpu-throttle-increment and max-cpu-throttle. With a trigger of 1 %, an increment of 99 and both ends equal, each step goes straight to
/// what is told, up or down. Seen on QEMU 10.0: 0.3 to 5 s later, as long as two passes or 2 s take, and a guest that writes by the clock and
/// not as fast as it can makes up for it. It ends with the migration. Source: QEMU's migration/ram.c.
/// </remarks>
internal static class QemuThrottle
{
    /// <summary>The least that QEMU can take: practically nothing.</summary>
    public const int Least = 1;

    /// <summary>The most.</summary>
    public const int Most = 99;

    /// <summary>How long a vCPU runs between two pauses. Source: CPU_THROTTLE_TIMESLICE_NS in QEMU's cpu-throttle.c, 10.0 and 11.1.</summary>
    public static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(10);

    /// <summary>Parameters that lead to a share.</summary>
    /// <param name="percent">The share of time to take from the guest; 0 becomes 1, since QEMU cannot go back to none while it migrates.</param>
    public static QmpMigrationParameters To(int percent)
    {
        var share = Math.Clamp(percent, Least, Most);
        return new QmpMigrationParameters
        {
            CpuThrottleInitialPercent = share,
            CpuThrottleIncrementPercent = Most,
            CpuThrottleTailSlow = false,
            MaxCpuThrottlePercent = share,
            ThrottleTriggerPercent = 1,
        };
    }
}
