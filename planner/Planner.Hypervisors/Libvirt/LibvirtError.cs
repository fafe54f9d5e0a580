namespace Planner.Hypervisors;

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
