using System.Net.Sockets;
using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>Failures of a monitor in the words of the port.</summary>
internal static class QemuFailures
{
    // What QEMU says, and what to do about it. Its words change between versions, so parts of them are looked for.
    private static readonly (string Words, HypervisorFault Fault, string Sentence)[] Known =
    [
        ("incoming migration has already been started", HypervisorFault.Refused,
            "it already listens for a migration, and a destination takes only one; start a new destination"),
        ("'-incoming' was not specified", HypervisorFault.Refused,
            "it was not started to take a machine; start it with -incoming defer -S"),
        ("There's a migration process in progress", HypervisorFault.Refused,
            "a migration is under way; wait for its end, or cancel it"),
        ("Migration is not finalized yet", HypervisorFault.Refused,
            "the guest cannot run while the end of a migration is under way; ask for its state again when it is over"),
        ("Guest is waiting for an incoming migration", HypervisorFault.Refused,
            "it waits for a machine to come in and cannot be migrated itself; name the source"),
        ("Still in the progress of measuring", HypervisorFault.Busy,
            "its dirty rate is being measured already; try again when that is over"),
        ("still measuring", HypervisorFault.Busy,
            "its dirty rate is being measured already; try again when that is over"),
    ];

    /// <summary>What QEMU says where an arc failed and it resets the device.</summary>
    public const string DeviceReset = "Resetting device";

    // What QEMU says of a migration that cannot begin or has failed, and what to do about it.
    private static readonly (string Words, string Advice)[] Causes =
    [
        ("DMA logging", "this kernel cannot report the pages that the device writes (it lacks IOMMUFD_DRIVER): start both sides with x-device-dirty-page-tracking=off,enable-migration=on, or use a kernel that can"),
        ("ram_save_setup failed: Operation not supported", "most often a device logs the pages that it writes and this kernel cannot report them, since it lacks IOMMUFD_DRIVER: start both sides with x-device-dirty-page-tracking=off,enable-migration=on, or use a kernel that can"),
        ("device and IOMMU dirty tracking", "neither the device nor the IOMMU logs written pages: with enable-migration=on on both sides it migrates all the same, and all of its memory may be sent again while the guest stands"),
        ("disabled for VFIO device", "start it with enable-migration=on, or unplug it first"),
        ("not supported in kernel", "the kernel's driver for the device has no migration: bind it to one that has, or unplug it first"),
        ("No hostname for certificate validation", "a channel that is a socket names no host: set tls-hostname of the source's migration parameters to the name in the destination's certificate, or use a channel tcp:HOST:PORT"),
        ("certificate is not trusted", "a certificate has expired, or the two sides trust different authorities: look at the time of the other side's certificate and at ca-cert.pem on both"),
        ("TLS connection was non-properly terminated", "the destination has refused the source's certificate: look whether it has expired, and at ca-cert.pem on both; the destination's log says more"),
        ("does not match the hostname", "the destination's certificate is of another host: give it one of the name in the channel, or set tls-hostname of the source's migration parameters to the name in it"),
        ("out of sync", "the device was stopped and started again during the migration, which its stream does not survive: migrate again"),
    ];

    /// <summary>QEMU's words about a failed or blocked migration, with what to do about it where that is known.</summary>
    public static string Explain(string words)
    {
        foreach (var (part, advice) in Causes)
        {
            if (words.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return $"{words.TrimEnd('.')} ({advice})";
            }
        }

        return words;
    }

    /// <summary>Makes the failure of a call.</summary>
    /// <param name="e">The failure of the monitor.</param>
    /// <param name="address">The monitor's address.</param>
    public static HypervisorException Of(QmpException e, string address)
    {
        if (e.Fault == QmpFault.Refused && e.Description is { } description)
        {
            foreach (var (words, fault, sentence) in Known)
            {
                if (description.Contains(words, StringComparison.OrdinalIgnoreCase))
                {
                    return Make(fault, address, sentence, e);
                }
            }
        }

        return new HypervisorException(FaultOf(e), e.Message, e);
    }

    /// <summary>Makes a failure.</summary>
    /// <param name="fault">What kind.</param>
    /// <param name="address">The monitor's address.</param>
    /// <param name="what">What happened and what to do, to follow the address in a sentence.</param>
    /// <param name="cause">The cause, if another exception was.</param>
    public static HypervisorException Make(HypervisorFault fault, string address, string what, Exception? cause = null) =>
        new(fault, $"{address}: {what}.", cause);

    private static HypervisorFault FaultOf(QmpException e) => e.Fault switch
    {
        QmpFault.CannotConnect => e.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied }
            ? HypervisorFault.NoPermission
            : HypervisorFault.NotFound,
        QmpFault.NoGreeting => HypervisorFault.Busy,
        QmpFault.Closed or QmpFault.Flooded => HypervisorFault.Lost,
        QmpFault.TimedOut => HypervisorFault.TimedOut,
        QmpFault.Refused => e.ErrorClass == "CommandNotFound" ? HypervisorFault.NotSupported : HypervisorFault.Refused,
        _ => HypervisorFault.NotAMonitor,
    };
}
