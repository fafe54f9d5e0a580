using System.Text.Json;

namespace Planner.Hypervisors;

/// <summary>The commands that a migration needs. Sources: QEMU's QMP reference, and what QEMU 10.0 and 11.1 were seen to do.</summary>
internal static class QmpCommands
{

    /// <summary>Whether the machine runs.</summary>
    public static QmpCommand<QmpNone, QmpRunStatus> QueryStatus { get; } =
        new("query-status", Json.QmpNone, Json.QmpRunStatus);

    /// <summary>The virtual CPUs.</summary>
    public static QmpCommand<QmpNone, IReadOnlyList<QmpCpu>> QueryCpus { get; } =
        new("query-cpus-fast", Json.QmpNone, Json.IReadOnlyListQmpCpu);

    /// <summary>A property that is text: "type" of "/machine" is the versioned machine with "-machine" behind it.</summary>
    public static QmpCommand<QmpQomProperty, string> QomGetText { get; } =
        new("qom-get", Json.QmpQomProperty, Json.String);

    /// <summary>A property of any type.</summary>
    public static QmpCommand<QmpQomProperty, JsonElement> QomGet { get; } =
        new("qom-get", Json.QmpQomProperty, Json.JsonElement);

    /// <summary>The properties and children of an object.</summary>
    public static QmpCommand<QmpQomPath, IReadOnlyList<QmpQomMember>> QomList { get; } =
        new("qom-list", Json.QmpQomPath, Json.IReadOnlyListQmpQomMember);

    /// <summary>The PCI devices with what they are.</summary>
    public static QmpCommand<QmpNone, IReadOnlyList<QmpPciBus>> QueryPci { get; } =
        new("query-pci", Json.QmpNone, Json.IReadOnlyListQmpPciBus);

    /// <summary>How much memory the guest has.</summary>
    public static QmpCommand<QmpNone, QmpMemorySizes> QueryMemorySizes { get; } =
        new("query-memory-size-summary", Json.QmpNone, Json.QmpMemorySizes);

    /// <summary>The name of the machine.</summary>
    public static QmpCommand<QmpNone, QmpName> QueryName { get; } =
        new("query-name", Json.QmpNone, Json.QmpName);

    /// <summary>The UUID of the machine.</summary>
    public static QmpCommand<QmpNone, QmpUuid> QueryUuid { get; } =
        new("query-uuid", Json.QmpNone, Json.QmpUuid);

    /// <summary>Whether the machine runs on KVM.</summary>
    public static QmpCommand<QmpNone, QmpKvm> QueryKvm { get; } =
        new("query-kvm", Json.QmpNone, Json.QmpKvm);

    /// <summary>Stops the virtual CPUs.</summary>
    public static QmpCommand<QmpNone, QmpNone> Stop { get; } =
        new("stop", Json.QmpNone, Json.QmpNone);

    /// <summary>Lets the virtual CPUs run. On a source after a migration this makes a second machine.</summary>
    public static QmpCommand<QmpNone, QmpNone> Continue { get; } =
        new("cont", Json.QmpNone, Json.QmpNone);

    /// <summary>How the migration goes. While device states are sent QEMU does not answer; give it time.</summary>
    public static QmpCommand<QmpNone, QmpMigration> QueryMigrate { get; } =
        new("query-migrate", Json.QmpNone, Json.QmpMigration);

    /// <summary>Which capabilities there are, and which are on.</summary>
    public static QmpCommand<QmpNone, IReadOnlyList<QmpMigrationCapability>> QueryMigrateCapabilities { get; } =
        new("query-migrate-capabilities", Json.QmpNone, Json.IReadOnlyListQmpMigrationCapability);

    /// <summary>Switches capabilities; before the migration.</summary>
    public static QmpCommand<QmpMigrationCapabilities, QmpNone> MigrateSetCapabilities { get; } =
        new("migrate-set-capabilities", Json.QmpMigrationCapabilities, Json.QmpNone);

    /// <summary>The parameters.</summary>
    public static QmpCommand<QmpNone, QmpMigrationParameters> QueryMigrateParameters { get; } =
        new("query-migrate-parameters", Json.QmpNone, Json.QmpMigrationParameters);

    /// <summary>Sets parameters; also while the migration goes on.</summary>
    public static QmpCommand<QmpMigrationParameters, QmpNone> MigrateSetParameters { get; } =
        new("migrate-set-parameters", Json.QmpMigrationParameters, Json.QmpNone);

    /// <summary>Begins to migrate; the answer comes at once.</summary>
    public static QmpCommand<QmpMigrate, QmpNone> Migrate { get; } =
        new("migrate", Json.QmpMigrate, Json.QmpNone);

    /// <summary>Listens for a migration; for a QEMU that was started with -incoming defer.</summary>
    public static QmpCommand<QmpMigrateIncoming, QmpNone> MigrateIncoming { get; } =
        new("migrate-incoming", Json.QmpMigrateIncoming, Json.QmpNone);

    /// <summary>Cancels the migration. Never while device states are sent: it may leave two machines running.</summary>
    public static QmpCommand<QmpNone, QmpNone> MigrateCancel { get; } =
        new("migrate_cancel", Json.QmpNone, Json.QmpNone);

    /// <summary>Ends the connections of the migration, which fails by that; to be given out of band to a QEMU that hangs in them.</summary>
    public static QmpCommand<QmpYank, QmpNone> Yank { get; } =
        new("yank", Json.QmpYank, Json.QmpNone);

    /// <summary>Begins to measure how fast the guest dirties memory.</summary>
    public static QmpCommand<QmpDirtyRateRequest, QmpNone> CalcDirtyRate { get; } =
        new("calc-dirty-rate", Json.QmpDirtyRateRequest, Json.QmpNone);

    /// <summary>What was measured.</summary>
    public static QmpCommand<QmpNone, QmpDirtyRate> QueryDirtyRate { get; } =
        new("query-dirty-rate", Json.QmpNone, Json.QmpDirtyRate);

    /// <summary>Ends QEMU. The connection ends with it, perhaps before the answer.</summary>
    public static QmpCommand<QmpNone, QmpNone> Quit { get; } =
        new("quit", Json.QmpNone, Json.QmpNone);

    private static QmpJsonContext Json => QmpJsonContext.Default;
}
