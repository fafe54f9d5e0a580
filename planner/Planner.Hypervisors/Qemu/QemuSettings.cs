using System.Text.Json;
using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>Everything of a QEMU that a held migration changes, as it was before.</summary>
internal sealed record QemuSettings
{
    /// <summary>The longest text that is read, in characters.</summary>
    private const int MaxCharacters = 64 << 10;

    /// <summary>The capabilities.</summary>
    public required IReadOnlyList<QmpMigrationCapability> Capabilities { get; init; }

    /// <summary>The parameters.</summary>
    public required QmpMigrationParameters Parameters { get; init; }

    /// <summary>Takes what is changed out of what QEMU says.</summary>
    /// <param name="capabilities">The capabilities.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="transport">How the memory is to be carried.</param>
    public static QemuSettings Of(IReadOnlyList<QmpMigrationCapability> capabilities, QmpMigrationParameters parameters, MigrationTransport transport) => new()
    {
        Capabilities = [.. capabilities.Where(c => QemuCapabilities.Changed.Contains(c.Name) || (transport.Channels is not null && c.Name == QmpMigrationCapability.Multifd))],
        Parameters = new QmpMigrationParameters
        {
            DowntimeLimitMilliseconds = parameters.DowntimeLimitMilliseconds,
            SwitchoverBytesPerSecond = parameters.SwitchoverBytesPerSecond,
            CpuThrottleInitialPercent = parameters.CpuThrottleInitialPercent,
            CpuThrottleIncrementPercent = parameters.CpuThrottleIncrementPercent,
            CpuThrottleTailSlow = parameters.CpuThrottleTailSlow,
            MaxCpuThrottlePercent = parameters.MaxCpuThrottlePercent,
            ThrottleTriggerPercent = parameters.ThrottleTriggerPercent,
            MultifdChannels = transport.Channels is null ? null : parameters.MultifdChannels,
            TlsCredentials = transport.TlsCredentials is null ? null : parameters.TlsCredentials ?? "",
        },
    };

    /// <summary>Reads a text that <see cref="ToText"/> wrote.</summary>
    /// <returns>The settings; null if it is no such text.</returns>
    public static QemuSettings? Parse(string text)
    {
        try
        {
            return text.Length <= MaxCharacters && JsonSerializer.Deserialize(text, QmpJsonContext.Default.QemuSettings) is { Capabilities: not null, Parameters: not null } settings
                ? settings
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes the settings as one line of JSON.</summary>
    public string ToText() => JsonSerializer.Serialize(this, QmpJsonContext.Default.QemuSettings);
}
