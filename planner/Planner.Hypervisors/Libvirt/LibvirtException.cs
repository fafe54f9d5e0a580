namespace Planner.Hypervisors;

/// <summary>A call of libvirt's library failed.</summary>
/// <param name="code">libvirt's number of the error.</param>
/// <param name="message">libvirt's words.</param>
internal sealed class LibvirtException(LibvirtError code, string message) : Exception(message)
{
    /// <summary>The number.</summary>
    public LibvirtError Code { get; } = code;
}

/// <summary>Errors that mean something to the planner. Source: virErrorNumber in libvirt's virterror.h.</summary>
internal enum LibvirtError
{
    Internal = 1,
    NoSupport = 3,
    NoConnection = 5,
    InvalidConnection = 6,
    InvalidArgument = 8,
    OperationDenied = 29,
    System = 38,
    Rpc = 39,
    NoDomain = 42,
    AuthenticationFailed = 45,
    OperationInvalid = 55,
    OperationTimeout = 68,
    OperationAborted = 78,
    AuthenticationCancelled = 79,
    OperationUnsupported = 84,
    AccessDenied = 88,
}
