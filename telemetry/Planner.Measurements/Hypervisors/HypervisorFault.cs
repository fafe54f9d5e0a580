namespace Planner.Measurements;

/// <summary>Why a call to a hypervisor failed.</summary>
public enum HypervisorFault
{
    /// <summary>There is nothing at the address: its process has ended, or never was.</summary>
    NotFound,

    /// <summary>Missing rights.</summary>
    NoPermission,

    /// <summary>Somebody else uses the monitor.</summary>
    Busy,

    /// <summary>What answers is no monitor, or breaks its protocol.</summary>
    NotAMonitor,

    /// <summary>The version, a capability or the machine is not supported.</summary>
    NotSupported,

    /// <summary>The connection ended.</summary>
    Lost,

    /// <summary>There was no answer in time.</summary>
    TimedOut,

    /// <summary>The hypervisor declined.</summary>
    Refused,
}
