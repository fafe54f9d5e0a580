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

    /// <summary>The state of a passed-through device; null for a word that is not known.</summary>
    public static DeviceState? Device(QmpVfioState state) => state switch
    {
        QmpVfioState.Stop => DeviceState.Stop,
        QmpVfioState.Running => DeviceState.Running,
        QmpVfioState.StopCopy => DeviceState.StopCopy,
        QmpVfioState.Resuming => DeviceState.Resuming,
        QmpVfioState.RunningP2p => DeviceState.RunningP2P,
        QmpVfioState.PreCopy => DeviceState.PreCopy,
        QmpVfioState.PreCopyP2p or QmpVfioState.PreCopyP2pPrepare => DeviceState.PreCopyP2P,
        _ => null,
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
