using System.Diagnostics.CodeAnalysis;
using Planner.Measurements;

namespace Planner.Devices;

/// <summary>Devices behind vfio-user sockets: <c>vfio-user:PATH</c>.</summary>
/// <param name="options">How to speak to them; null for the defaults.</param>
/// <param name="names">What the operator calls those that tell no name, as <see cref="DeviceNamesText"/> reads it: asked for when a device is opened. Null for nothing.</param>
public sealed class VfioUserDriver(VfioUserOptions? options = null, Func<IReadOnlyDictionary<string, string>>? names = null) : IDeviceDriver
{
    private const string SchemeName = "vfio-user";

    /// <inheritdoc/>
    public string Scheme => SchemeName;

    /// <inheritdoc/>
    public string Form => "PATH";

    /// <summary>The address of the device behind a socket.</summary>
    public static string AddressOf(string path) => $"{SchemeName}:{path}";

    /// <inheritdoc/>
    public bool TryParse(string text, [NotNullWhen(true)] out string? name, [NotNullWhen(false)] out string? problem) =>
        SocketPaths.TryParse(text, AddressOf(text), out name, out problem);

    /// <inheritdoc/>
    public TargetIdentity? Identify(string name) => new TargetIdentity(SchemeName, RealPath.Of(name));

    /// <inheritdoc/>
    public string? SocketOf(string name) => name;

    /// <inheritdoc/>
    public IMigrationDevice Open(string name) => VfioUserDevice.Open(
        name, names?.Invoke() is { } called ? (options ?? new VfioUserOptions()) with { ClassOf = path => called.GetValueOrDefault(path) } : options);
}
