using System.Globalization;
using System.Text.Json;
using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>The capabilities and parameters that both QEMUs of a migration need alike. QEMU compares hardly any itself: the migration fails, or hangs.</summary>
/// <remarks>Source: QEMU's qapi/migration.json, and the documents on multifd, post-copy and XBZRLE, which ask for both sides. What only the source looks at
/// (auto-converge, zero-copy-send) may differ. Names of TLS credentials are each process's own; only whether there is TLS is compared.</remarks>
internal static class QemuSharedSettings
{
    private static readonly string[] Capabilities =
    [
        "xbzrle", "compress", QmpMigrationCapability.PostCopyMemory, "postcopy-preempt", "switchover-ack", "x-ignore-shared", "mapped-ram", "rdma-pin-all",
    ];

    /// <summary>The settings as they are.</summary>
    public static IReadOnlyList<SharedSetting> Of(IReadOnlyList<QmpMigrationCapability> capabilities, QmpMigrationParameters parameters) =>
    [
        .. capabilities.Where(c => Capabilities.Contains(c.Name)).Select(c => new SharedSetting(c.Name, c.On ? "on" : SharedSetting.Off, Switch(c.Name, c.On))),
        .. capabilities.Where(c => c.Name == QmpMigrationCapability.Multifd)
            .Select(c => c.On ? WithMultifd(parameters) : new SharedSetting(QmpMigrationCapability.Multifd, SharedSetting.Off, Switch(QmpMigrationCapability.Multifd, false))),
        Tls(parameters.TlsCredentials),
    ];

    private static SharedSetting WithMultifd(QmpMigrationParameters parameters)
    {
        var channels = parameters.MultifdChannels is { } count ? string.Create(CultureInfo.InvariantCulture, $" with {count} channels") : "";
        var compression = parameters.MultifdCompression is { } method ? $" and compression {method}" : "";
        var set = new QmpMigrationParameters { MultifdChannels = parameters.MultifdChannels, MultifdCompression = parameters.MultifdCompression };
        return new SharedSetting(QmpMigrationCapability.Multifd, $"on{channels}{compression}", $"{Switch(QmpMigrationCapability.Multifd, true)} and {Set(set)}");
    }

    private static SharedSetting Tls(string? credentials) => string.IsNullOrEmpty(credentials)
        ? new SharedSetting("TLS", SharedSetting.Off, Set(new QmpMigrationParameters { TlsCredentials = "" }))
        : new SharedSetting("TLS", "on", $"{Set(new QmpMigrationParameters { TlsCredentials = credentials })} (after 'object-add' of credentials with that id)");

    private static string Switch(string name, bool on)
    {
        var arguments = new QmpMigrationCapabilities { Capabilities = [new QmpMigrationCapability { Name = name, On = on }] };
        return Say(QmpCommands.MigrateSetCapabilities.Name, JsonSerializer.Serialize(arguments, QmpJsonContext.Default.QmpMigrationCapabilities));
    }

    private static string Set(QmpMigrationParameters parameters) =>
        Say(QmpCommands.MigrateSetParameters.Name, JsonSerializer.Serialize(parameters, QmpJsonContext.Default.QmpMigrationParameters));

    private static string Say(string command, string arguments) => $$"""{"execute":"{{command}}","arguments":{{arguments}}}""";
}
