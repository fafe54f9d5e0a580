namespace Planner.Hypervisors;

/// <summary>The events that a migration needs. Source: QEMU's QMP reference.</summary>
internal static class QmpEvents
{
    /// <summary>The migration has a new status.</summary>
    public static QmpEventKind<QmpMigrationChange> Migration { get; } = new("MIGRATION", Json.QmpMigrationChange);

    /// <summary>A pass over the memory begins; then what is left is known exactly.</summary>
    public static QmpEventKind<QmpMigrationPass> MigrationPass { get; } = new("MIGRATION_PASS", Json.QmpMigrationPass);

    /// <summary>A passed-through device came to another state.</summary>
    public static QmpEventKind<QmpVfioMigration> VfioMigration { get; } = new("VFIO_MIGRATION", Json.QmpVfioMigration);

    /// <summary>The virtual CPUs were stopped.</summary>
    public static QmpEventKind<QmpNone> Stopped { get; } = new("STOP", Json.QmpNone);

    /// <summary>The virtual CPUs run again.</summary>
    public static QmpEventKind<QmpNone> Resumed { get; } = new("RESUME", Json.QmpNone);

    /// <summary>The machine was shut down.</summary>
    public static QmpEventKind<QmpShutdown> Shutdown { get; } = new("SHUTDOWN", Json.QmpShutdown);

    /// <summary>The machine was reset.</summary>
    public static QmpEventKind<QmpShutdown> Reset { get; } = new("RESET", Json.QmpShutdown);

    /// <summary>The guest panicked.</summary>
    public static QmpEventKind<QmpGuestPanic> GuestPanicked { get; } = new("GUEST_PANICKED", Json.QmpGuestPanic);

    private static QmpJsonContext Json => QmpJsonContext.Default;
}
