namespace Planner.Measurements;

/// <summary>What a source tells of its stop phase once everything is sent.</summary>
/// <param name="StopPhaseBytes">The bytes of memory and of the hypervisor's own devices that were sent while the guest was stopped; null if it does not tell.</param>
/// <param name="ReportedDowntime">The downtime by the hypervisor's own count, from the moment in which it began to stop the guest until everything was sent, in
/// whole milliseconds; null if it does not tell.</param>
/// <param name="DeviceBytes">The bytes of the states of passed-through devices that were sent in all, pre-copy included; null if it does not tell.</param>
public sealed record SwitchoverDone(long? StopPhaseBytes, TimeSpan? ReportedDowntime, long? DeviceBytes = null) : HypervisorEvent;
