namespace Planner.Measurements;

/// <summary>A call to a hypervisor failed. The message is one sentence that names the monitor and says what to do.</summary>
public sealed class HypervisorException(HypervisorFault fault, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Why.</summary>
    public HypervisorFault Fault { get; } = fault;
}
