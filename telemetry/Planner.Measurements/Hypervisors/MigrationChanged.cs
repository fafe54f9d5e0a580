namespace Planner.Measurements;

/// <summary>The hypervisor's migration came to another status.</summary>
/// <param name="Status">The status.</param>
public sealed record MigrationChanged(HypervisorMigrationStatus Status) : HypervisorEvent;
