namespace Planner.Hypervisors;

/// <summary>The max downtime by which libvirt's QEMU is held in pre-copy, and let go.</summary>
/// <remarks>
/// QEMU stops the guest when what is left is below the bandwidth * max downtime. Where the migration was started with <c>bandwidth.avail.switchover</c> (libvirt
/// 11.1 and later) at its smallest, 1 MiB/s, the product is a number of bytes; otherwise the bandwidth is what QEMU measured. A max downtime of 0 stops
/// QEMU 10.0 without counting, so 1 ms holds. Seen: a guest that leaves nothing dirty is stopped all the same.
/// </remarks>
internal static class LibvirtHold
{
    /// <summary>The max downtime that holds, in milliseconds.</summary>
    public const ulong HeldMilliseconds = 1;

    /// <summary>The bandwidth that makes max downtime a number of bytes, in MiB/s.</summary>
    public const ulong SwitchoverMiBPerSecond = 1;

    /// <summary>The largest max downtime that QEMU takes, in milliseconds.</summary>
    public const ulong MostMilliseconds = 2_000_000;

    /// <summary>The rate that goes with <see cref="SwitchoverMiBPerSecond"/>.</summary>
    public const double SwitchoverBytesPerSecond = SwitchoverMiBPerSecond << 20;

    /// <summary>The first version of libvirt that takes the bandwidth of the switchover.</summary>
    public static readonly Version SwitchoverSince = new(11, 1, 0);

    /// <summary>The max downtime under which at most so many bytes are left at the stop.</summary>
    /// <param name="bytes">The bytes; at least 1.</param>
    /// <param name="bytesPerSecond">The rate that QEMU multiplies with; 0 if it is not known.</param>
    public static ulong Milliseconds(long bytes, double bytesPerSecond) =>
        bytesPerSecond > 0 ? (ulong)Math.Clamp(Math.Floor(bytes * 1000.0 / bytesPerSecond), HeldMilliseconds, MostMilliseconds) : HeldMilliseconds;
}
