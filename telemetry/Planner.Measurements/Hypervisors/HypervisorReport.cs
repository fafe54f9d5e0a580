namespace Planner.Measurements;

/// <summary>The truth about one side at one moment.</summary>
/// <param name="Guest">What the guest does.</param>
/// <param name="Migration">How far the migration is.</param>
/// <param name="Words">Both in the hypervisor's own words, such as <c>postmigrate/completed</c>.</param>
/// <param name="Error">What the hypervisor says went wrong; null if nothing.</param>
public sealed record HypervisorReport(GuestRunState Guest, HypervisorMigrationStatus Migration, string Words, string? Error)
{
    /// <summary>Whether the error says that a passed-through device was reset, which has lost its state by that.</summary>
    public bool HasResetDevice { get; init; }

    /// <summary>Whether a migration is under way.</summary>
    public bool IsMigrating => Migration is HypervisorMigrationStatus.Setup or HypervisorMigrationStatus.Active
        or HypervisorMigrationStatus.Device or HypervisorMigrationStatus.Cancelling or HypervisorMigrationStatus.PostCopy or HypervisorMigrationStatus.Other;
}
