using System.Text.Json;
using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>QEMU's words in those of the port.</summary>
internal static class QemuWords
{
    /// <summary>What a guest does.</summary>
    public static GuestRunState Guest(QmpRunState state) => state switch
    {
        QmpRunState.Running => GuestRunState.Running,
        QmpRunState.Paused or QmpRunState.Prelaunch or QmpRunState.Suspended or QmpRunState.IoError or QmpRunState.Watchdog => GuestRunState.Paused,
        QmpRunState.Inmigrate => GuestRunState.Incoming,
        QmpRunState.FinishMigrate => GuestRunState.Finishing,
        QmpRunState.Postmigrate => GuestRunState.Migrated,
        QmpRunState.Shutdown or QmpRunState.GuestPanicked or QmpRunState.InternalError => GuestRunState.Over,
        _ => GuestRunState.Unknown,
    };

    /// <summary>How far a migration is. One that failed and still cleans up counts as being given up.</summary>
    public static HypervisorMigrationStatus Migration(QmpMigrationStatus status) => status switch
    {
        QmpMigrationStatus.None => HypervisorMigrationStatus.None,
        QmpMigrationStatus.Setup or QmpMigrationStatus.WaitUnplug => HypervisorMigrationStatus.Setup,
        QmpMigrationStatus.Active => HypervisorMigrationStatus.Active,
        QmpMigrationStatus.PreSwitchover or QmpMigrationStatus.Device => HypervisorMigrationStatus.Device,
        QmpMigrationStatus.Completed => HypervisorMigrationStatus.Completed,
        QmpMigrationStatus.Failed => HypervisorMigrationStatus.Failed,
        QmpMigrationStatus.Cancelling or QmpMigrationStatus.Failing => HypervisorMigrationStatus.Cancelling,
        QmpMigrationStatus.Cancelled => HypervisorMigrationStatus.Cancelled,
        _ => HypervisorMigrationStatus.Other,
    };

    /// <summary>QEMU's own word for a member, such as <c>finish-migrate</c>.</summary>
    public static string Of<T>(T member)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(member.ToString());
}
