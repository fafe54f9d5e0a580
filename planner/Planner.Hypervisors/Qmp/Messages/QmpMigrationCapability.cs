using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>A capability of migration: on or off.</summary>
public sealed record QmpMigrationCapability
{
    /// <summary>Events for each change of the status.</summary>
    public const string Events = "events";

    /// <summary>The destination answers to the source, also in pre-copy; needed for an honest downtime.</summary>
    public const string ReturnPath = "return-path";

    /// <summary>QEMU stops the machine and waits for <see cref="QmpCommands.MigrateContinue"/> before it sends device states.</summary>
    public const string PauseBeforeSwitchover = "pause-before-switchover";

    /// <summary>The source does not stop before the destination's devices agree.</summary>
    public const string SwitchoverAck = "switchover-ack";

    /// <summary>QEMU holds virtual CPUs back if the migration does not converge.</summary>
    public const string AutoConverge = "auto-converge";

    /// <summary>QEMU holds virtual CPUs back by a limit of their dirty rate; needs KVM with a dirty ring.</summary>
    public const string DirtyLimit = "dirty-limit";

    /// <summary>Several channels.</summary>
    public const string Multifd = "multifd";

    /// <summary>The guest may run at the destination before all memory is there.</summary>
    public const string PostCopyMemory = "postcopy-ram";

    /// <summary>Its name, such as <see cref="Events"/>. QEMU refuses a name that it does not know.</summary>
    [JsonPropertyName("capability")]
    public required string Name { get; init; }

    /// <summary>Whether it is on.</summary>
    [JsonPropertyName("state")]
    public required bool On { get; init; }
}
