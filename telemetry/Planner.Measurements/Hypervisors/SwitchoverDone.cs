namespace Planner.Measurements;

/// <summary>What a source tells of its stop phase once everything is sent.</summary>
/// <param name="StopPhaseBytes">The bytes sent while the guest was stopped; null if it does not tell.</param>
/// <param name="ReportedDowntime">The downtime by the hypervisor's own count; null if it does not tell.</param>
public sealed record SwitchoverDone(long? StopPhaseBytes, TimeSpan? ReportedDowntime) : HypervisorEvent;
