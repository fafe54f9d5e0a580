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
        QmpMigrationStatus.PostcopyDevice or QmpMigrationStatus.PostcopyActive or QmpMigrationStatus.PostcopyPaused
            or QmpMigrationStatus.PostcopyRecoverSetup or QmpMigrationStatus.PostcopyRecover => HypervisorMigrationStatus.PostCopy,
        _ => HypervisorMigrationStatus.Other,
    };

    /// <summary>QEMU's own word for a status, with what it means where that is not plain.</summary>
    public static string Explain(QmpMigrationStatus status)
    {
        var meaning = status switch
        {
            QmpMigrationStatus.Setup => "the migration is being set up",
            QmpMigrationStatus.WaitUnplug => "the guest has yet to give a network device back that is unplugged for the migration",
            QmpMigrationStatus.PreSwitchover => "the guest is stopped and QEMU waits for 'migrate-continue'",
            QmpMigrationStatus.Cancelling => "the migration is being given up",
            QmpMigrationStatus.Failing => "the migration has failed and cleans up",
            QmpMigrationStatus.PostcopyDevice or QmpMigrationStatus.PostcopyActive =>
                "post-copy: the guest belongs to the destination, and a part of its memory is still on the source",
            QmpMigrationStatus.PostcopyPaused =>
                "post-copy lost its connection: the guest belongs to the destination and waits for memory that only the source has; end neither, but mend the link with 'migrate-recover' on the destination and 'migrate' with 'resume' on the source",
            QmpMigrationStatus.PostcopyRecoverSetup or QmpMigrationStatus.PostcopyRecover =>
                "post-copy gets a new connection: the guest belongs to the destination, and a part of its memory is still on the source",
            QmpMigrationStatus.Colo => "the machine is replicated for ever",
            _ => null,
        };
        return meaning is null ? Of(status) : $"{Of(status)}: {meaning}";
    }

    /// <summary>That members of an answer to query-migrate are not believed, as a clause. The empty name stands for the whole answer.</summary>
    public static string Doubts(IReadOnlyCollection<string> members) => members.Contains("")
        ? "an answer to query-migrate could not be read"
        : $"{string.Join(" and ", members.Select(m => $"'{m}'"))} of query-migrate held what cannot be, and {(members.Count == 1 ? "was" : "were")} not believed";

    /// <summary>QEMU's own word for a member, such as <c>finish-migrate</c>.</summary>
    public static string Of<T>(T member)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(member.ToString());
}
