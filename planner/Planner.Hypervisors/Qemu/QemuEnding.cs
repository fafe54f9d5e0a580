namespace Planner.Hypervisors;

/// <summary>What a source says once it has sent everything.</summary>
/// <param name="Migration">In QEMU's words.</param>
/// <param name="ManagerDowntime">The downtime as what holds QEMU counts it; null if nothing does.</param>
internal sealed record QemuEnding(QmpMigration Migration, TimeSpan? ManagerDowntime = null);
