namespace Planner.Devices;

/// <summary>How devices of the kernel's VFIO are driven. The defaults are those of a running host.</summary>
public sealed record VfioOptions
{
    /// <summary>The system calls.</summary>
    public IVfioKernel Kernel { get; init; } = VfioSyscalls.Instance;

    /// <summary>Where sysfs is mounted.</summary>
    public string SysfsFolder { get; init; } = "/sys";

    /// <summary>Where the nodes of devices are.</summary>
    public string NodesFolder { get; init; } = "/dev";

    /// <summary>What is known about drivers.</summary>
    public IReadOnlyList<VfioDriver> Drivers { get; init; } = VfioDrivers.BuiltIn;

    /// <summary>The clock. Its timestamp has to be CLOCK_MONOTONIC where devices take deadlines; the system's is.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How long to wait for a descriptor that a VMM passes. Above 0.</summary>
    public TimeSpan DescriptorTimeLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After how long <see cref="OnOverdue"/> is told of an arc that has not ended. Above 0.</summary>
    public TimeSpan OverdueAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Takes one sentence about an arc that takes very long, once for each arc; null for nobody. It is called on a thread of the
    /// pool, and must not throw. It can only be told: the kernel has no call that ends an arc.</summary>
    public Action<string>? OnOverdue { get; init; }
}
