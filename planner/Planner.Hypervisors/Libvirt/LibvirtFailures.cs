using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>Failures of libvirt in the words of the port.</summary>
internal static class LibvirtFailures
{
    // What libvirt says, and what to do about it. Its words change between versions, so parts of them are looked for.
    private static readonly (string Words, HypervisorFault Fault, string Sentence)[] Known =
    [
        ("to the same host", HypervisorFault.NotSupported, "source and destination are one host; name the daemon of another"),
        ("attempt to migrate guest to the same host", HypervisorFault.NotSupported, "source and destination are one host; name the daemon of another"),
        ("another migration job is already running", HypervisorFault.Busy, "a migration of the domain is under way; wait for its end, or take charge of it with 'planner steer'"),
        ("operation is not supported on read-only", HypervisorFault.NoPermission, "the connection may only read; connect as a user who may write"),
        ("read only access prevents", HypervisorFault.NoPermission, "the connection may only read; connect as a user who may write"),
    ];

    /// <summary>Makes the failure of a call.</summary>
    public static HypervisorException Of(LibvirtException e, string address)
    {
        foreach (var (words, fault, sentence) in Known)
        {
            if (e.Message.Contains(words, StringComparison.OrdinalIgnoreCase))
            {
                return Make(fault, address, sentence, e);
            }
        }

        return Make(FaultOf(e), address, e.Message.TrimEnd('.'), e);
    }

    /// <summary>The failure to connect.</summary>
    public static HypervisorException NotConnected(LibvirtException e, string address)
    {
        var words = e.Message.TrimEnd('.');
        return e.Message.Contains("Permission denied", StringComparison.OrdinalIgnoreCase) || FaultOf(e) == HypervisorFault.NoPermission
            ? Make(HypervisorFault.NoPermission, address, $"the daemon may not be used ({words}); run as root, or join the group that it allows", e)
            : Make(HypervisorFault.NotFound, address, $"no libvirt daemon answers ({words}); check the address and that the daemon runs", e);
    }

    /// <summary>Makes a failure.</summary>
    /// <param name="fault">What kind.</param>
    /// <param name="address">The domain's address.</param>
    /// <param name="what">What happened and what to do, to follow the address in a sentence.</param>
    /// <param name="cause">The cause, if another exception was.</param>
    public static HypervisorException Make(HypervisorFault fault, string address, string what, Exception? cause = null) =>
        new(fault, $"{address}: {what}.", cause);

    private static HypervisorFault FaultOf(LibvirtException e) => e.Code switch
    {
        LibvirtError.NoDomain => HypervisorFault.NotFound,
        LibvirtError.OperationDenied or LibvirtError.AccessDenied or LibvirtError.AuthenticationFailed or LibvirtError.AuthenticationCancelled => HypervisorFault.NoPermission,
        LibvirtError.NoSupport or LibvirtError.OperationUnsupported => HypervisorFault.NotSupported,
        LibvirtError.InvalidConnection or LibvirtError.Rpc or LibvirtError.NoConnection => HypervisorFault.Lost,
        LibvirtError.OperationTimeout => HypervisorFault.TimedOut,
        _ when e.Message.Contains("client socket is closed", StringComparison.Ordinal) || e.Message.Contains("Connection reset", StringComparison.Ordinal) => HypervisorFault.Lost,
        _ => HypervisorFault.Refused,
    };
}
