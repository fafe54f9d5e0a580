using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>libvirt's states in the words of the port.</summary>
/// <remarks>Source: virDomainState and virDomainPausedReason in libvirt's reference.</remarks>
internal static class LibvirtWords
{
    private const int Running = 1;
    private const int Blocked = 2;
    private const int Paused = 3;
    private const int ShuttingDown = 4;
    private const int ShutOff = 5;
    private const int Crashed = 6;
    private const int Suspended = 7;
    private const int PausedByMigration = 2;
    private const int PausedByPostCopy = 12;
    private const int PausedByFailedPostCopy = 13;

    private static readonly string[] PausedReasons =
        ["unknown", "user", "migration", "save", "dump", "I/O error", "watchdog", "from snapshot", "shutting down", "snapshot", "crashed", "starting up", "post-copy", "post-copy failed", "API error"];

    /// <summary>What is said where there is no such domain.</summary>
    public static HypervisorReport Absent { get; } = new(GuestRunState.Absent, HypervisorMigrationStatus.None, "no such domain", null);

    /// <summary>A domain's state.</summary>
    /// <param name="state">libvirt's state.</param>
    /// <param name="reason">The reason that goes with it.</param>
    /// <param name="job">What a job does; null if it comes in, of which libvirt tells nothing more.</param>
    /// <param name="error">Why the latest migration failed; null if none did.</param>
    public static HypervisorReport Report(int state, int reason, LibvirtJobKind job, string? error)
    {
        var (guest, words) = state switch
        {
            Running or Blocked => (GuestRunState.Running, "running"),
            Paused when reason is PausedByMigration => (job switch
            {
                LibvirtJobKind.Incoming => GuestRunState.Incoming,
                LibvirtJobKind.Migration => GuestRunState.Finishing,
                _ => GuestRunState.Migrated,
            }, "paused (migration)"),
            Paused => (GuestRunState.Paused, $"paused ({(reason >= 0 && reason < PausedReasons.Length ? PausedReasons[reason] : "unknown")})"),
            Suspended => (GuestRunState.Paused, "asleep"),
            ShuttingDown => (GuestRunState.Over, "shutting down"),
            ShutOff => (GuestRunState.Over, "shut off"),
            Crashed => (GuestRunState.Over, "crashed"),
            _ => (GuestRunState.Unknown, $"state {state}"),
        };
        var migration = (job, guest) switch
        {
            _ when state == Paused && reason is PausedByPostCopy or PausedByFailedPostCopy => HypervisorMigrationStatus.PostCopy,
            (LibvirtJobKind.Incoming, _) => HypervisorMigrationStatus.Setup,
            (LibvirtJobKind.Migration, GuestRunState.Running) => HypervisorMigrationStatus.Active,
            (LibvirtJobKind.Migration, _) => HypervisorMigrationStatus.Device,
            _ => error is null ? HypervisorMigrationStatus.None : HypervisorMigrationStatus.Failed,
        };
        return new HypervisorReport(guest, migration, job == LibvirtJobKind.None ? words : $"{words}, migrating", error);
    }
}
