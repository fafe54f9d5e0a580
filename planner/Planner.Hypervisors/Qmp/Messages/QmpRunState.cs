using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The state of a machine. A member's word in QMP is its name in lower case with dashes.</summary>
[JsonConverter(typeof(QmpWordConverter<QmpRunState>))]
public enum QmpRunState
{
    /// <summary>A word that this program does not know.</summary>
    Unknown,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>It was stopped by a command.</summary>
    Paused,

    /// <summary>It was started with -S and has not run yet.</summary>
    Prelaunch,

    /// <summary>It waits for an incoming migration, or receives it.</summary>
    Inmigrate,

    /// <summary>It was stopped for the end of a migration.</summary>
    FinishMigrate,

    /// <summary>It was migrated away. To let it run again makes a second machine.</summary>
    Postmigrate,

    /// <summary>A snapshot is loaded.</summary>
    RestoreVm,

    /// <summary>A snapshot is saved.</summary>
    SaveVm,

    /// <summary>The guest sleeps.</summary>
    Suspended,

    /// <summary>The guest has shut down, and QEMU stays.</summary>
    Shutdown,

    /// <summary>The watchdog stopped it.</summary>
    Watchdog,

    /// <summary>The guest panicked.</summary>
    GuestPanicked,

    /// <summary>An error of a disk stopped it.</summary>
    IoError,

    /// <summary>An error of QEMU or KVM stopped it.</summary>
    InternalError,

    /// <summary>A debugger stopped it.</summary>
    Debug,

    /// <summary>It is replicated.</summary>
    Colo,
}
