using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>The status of a migration. A member's word in QMP is its name in lower case with dashes.</summary>
[JsonConverter(typeof(QmpWordConverter<QmpMigrationStatus>))]
public enum QmpMigrationStatus
{
    /// <summary>There was no migration yet.</summary>
    None,

    /// <summary>A word that this program does not know.</summary>
    Unknown,

    /// <summary>It begins.</summary>
    Setup,

    /// <summary>Pre-copy.</summary>
    Active,

    /// <summary>The machine is stopped, and QEMU waits for migrate-continue.</summary>
    PreSwitchover,

    /// <summary>Device states are sent. A cancel now may leave two machines running.</summary>
    Device,

    /// <summary>Device states are sent before post-copy; since QEMU 11.</summary>
    PostcopyDevice,

    /// <summary>Post-copy.</summary>
    PostcopyActive,

    /// <summary>Post-copy lost its connection.</summary>
    PostcopyPaused,

    /// <summary>Post-copy gets a new connection.</summary>
    PostcopyRecoverSetup,

    /// <summary>Post-copy recovers.</summary>
    PostcopyRecover,

    /// <summary>The guest has yet to give a device back.</summary>
    WaitUnplug,

    /// <summary>It is being cancelled.</summary>
    Cancelling,

    /// <summary>It was cancelled.</summary>
    Cancelled,

    /// <summary>It has failed and cleans up; since QEMU 11.</summary>
    Failing,

    /// <summary>It has failed.</summary>
    Failed,

    /// <summary>It is done.</summary>
    Completed,

    /// <summary>The machine is replicated for ever.</summary>
    Colo,
}
