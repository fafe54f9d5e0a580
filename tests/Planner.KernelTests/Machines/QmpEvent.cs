using System.Text.Json;

namespace Planner.KernelTests;

/// <summary>An event of QEMU's.</summary>
/// <param name="Name">Its name, such as <c>MIGRATION</c>.</param>
/// <param name="Data">What it tells; undefined if nothing.</param>
internal sealed record QmpEvent(string Name, JsonElement Data)
{
    /// <summary>The new status of a migration; null for other events.</summary>
    public string? MigrationStatus => Name == "MIGRATION" ? Data.GetProperty("status").GetString() : null;

    /// <summary>Whether it says that a migration has ended, well or not.</summary>
    public bool EndsMigration => MigrationStatus is "completed" or "failed" or "cancelled";
}
