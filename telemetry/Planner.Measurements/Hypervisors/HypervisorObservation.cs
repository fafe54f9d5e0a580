namespace Planner.Measurements;

/// <summary>How a migration stands that somebody else drives.</summary>
/// <param name="Status">How far it is.</param>
/// <param name="Words">The same in the hypervisor's word, with what it means where that is not plain.</param>
/// <param name="Elapsed">How long it has run; zero if there is none.</param>
/// <param name="Progress">How far pre-copy is; null outside of it.</param>
/// <param name="Downtime">The blackout by the hypervisor's own count; null before the end, or if it does not tell.</param>
/// <param name="Error">What went wrong; null if nothing.</param>
public sealed record HypervisorObservation(
    HypervisorMigrationStatus Status, string Words, TimeSpan Elapsed, PreCopyProgressed? Progress, TimeSpan? Downtime, string? Error)
{
    /// <summary>Whether it is under way.</summary>
    public bool IsUnderWay => Status is HypervisorMigrationStatus.Setup or HypervisorMigrationStatus.Active or HypervisorMigrationStatus.Device
        or HypervisorMigrationStatus.Cancelling or HypervisorMigrationStatus.PostCopy or HypervisorMigrationStatus.Other;

    /// <summary>What of the answer makes no sense and was not believed, as a clause; null if all does.</summary>
    public string? Distrusted { get; init; }
}
