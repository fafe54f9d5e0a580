namespace Planner.Hypervisors;

/// <summary>What libvirt adds to a blackout, while nothing was measured on the hosts in question.</summary>
/// <remarks>It lets go of disks between the stop and the sending of the rest, and between the source's end and the destination's start its daemons tell each
/// other. Measured with libvirt 11.3 on two hosts without acceleration, 22 migrations.</remarks>
internal static class LibvirtHandover
{
    /// <summary>From STOP until the rest is sent, in seconds.</summary>
    public static IReadOnlyList<double> Stop { get; } = [0.005, 0.009, 0.010, 0.015, 0.046];

    /// <summary>From the source's end until the guest runs on the destination, in seconds.</summary>
    public static IReadOnlyList<double> Start { get; } = [0.014, 0.033, 0.046, 0.056, 0.079, 0.137];
}
