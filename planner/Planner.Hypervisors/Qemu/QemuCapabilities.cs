using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>Which capabilities a held migration has on and off.</summary>
internal static class QemuCapabilities
{
    /// <summary>Without these there is no held migration.</summary>
    public static IReadOnlyList<string> Needed { get; } = [QmpMigrationCapability.Events, QmpMigrationCapability.ReturnPath];

    // The guest would be stopped at another moment, or run on the destination before the source is done.
    private static readonly string[] Off =
    [
        QmpMigrationCapability.PauseBeforeSwitchover, QmpMigrationCapability.PostCopyMemory, "postcopy-preempt", "x-colo", "background-snapshot",
        QmpMigrationCapability.DirtyLimit,
    ];

    /// <summary>Everything that <see cref="Wanted"/> may change, whatever carries the memory.</summary>
    public static IReadOnlyList<string> Changed { get; } = [.. Needed, QmpMigrationCapability.AutoConverge, .. Off];

    /// <summary>How the capabilities that QEMU knows are to be for a held migration. All others stay as they are.</summary>
    /// <param name="side">The side.</param>
    /// <param name="mayThrottle">Whether the guest may be slowed down.</param>
    /// <param name="hasChannels">Whether several connections are to carry the memory.</param>
    /// <param name="known">The capabilities that QEMU knows.</param>
    public static IReadOnlyList<QmpMigrationCapability> Wanted(MigrationSide side, bool mayThrottle, bool hasChannels, IReadOnlyList<string> known) =>
    [
        .. Changed.Where(known.Contains).Select(name => new QmpMigrationCapability
        {
            Name = name,
            On = Needed.Contains(name) || (name == QmpMigrationCapability.AutoConverge && side == MigrationSide.Source && mayThrottle),
        }),
        .. hasChannels ? (QmpMigrationCapability[])[new() { Name = QmpMigrationCapability.Multifd, On = true }] : [],
    ];

    /// <summary>Those of the wanted that are not so yet.</summary>
    /// <param name="wanted">How they are to be.</param>
    /// <param name="now">How they are.</param>
    public static IReadOnlyList<QmpMigrationCapability> Difference(
        IEnumerable<QmpMigrationCapability> wanted, IReadOnlyList<QmpMigrationCapability> now) =>
        [.. wanted.Where(w => now.Any(n => n.Name == w.Name && n.On != w.On))];
}
