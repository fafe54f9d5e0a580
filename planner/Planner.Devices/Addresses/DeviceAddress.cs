using System.Diagnostics.CodeAnalysis;
using System.Text;
using Planner.Documents;

namespace Planner.Devices;

/// <summary>Where a device is, as a person writes it: <c>vfio-user:PATH</c>, <c>sim:PROFILE.yaml</c> or <c>vfio:DEVICE</c>.</summary>
/// <remarks>File names are kept absolute, so that an address written to a journal still means the same device from another directory.</remarks>
public sealed record DeviceAddress
{
    /// <summary>The longest path of a UNIX socket in bytes of UTF-8 (<c>sun_path</c> less its NUL).</summary>
    public const int MaxSocketPathBytes = 107;

    private const string Forms = "write vfio-user:PATH, sim:PROFILE.yaml or vfio:DEVICE (a PCI address, a path or fd:SOCKET)";

    private DeviceAddress(DeviceScheme scheme, string target)
    {
        Scheme = scheme;
        Target = target;
    }

    /// <summary>How the device is reached.</summary>
    public DeviceScheme Scheme { get; }

    /// <summary>What follows the scheme: an absolute file name, or for <see cref="DeviceScheme.Vfio"/> one of the forms of <see cref="VfioAddress"/>.</summary>
    public string Target { get; }

    /// <summary>Reads an address. Whether anything is there is not looked at.</summary>
    /// <param name="text">The text, such as <c>vfio-user:/run/nic0.sock</c>.</param>
    /// <param name="address">The address, if the text is one.</param>
    /// <param name="problem">One sentence that says what is wrong, if it is not.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out DeviceAddress? address, [NotNullWhen(false)] out string? problem)
    {
        address = null;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
        {
            problem = $"'{text}' is not a device address: {Forms}.";
            return false;
        }

        var scheme = text[..colon];
        var target = text[(colon + 1)..];
        if (target.Trim().Length == 0)
        {
            problem = $"'{text}' names no device after '{scheme}:': {Forms}.";
            return false;
        }

        if (target.Contains('\0', StringComparison.Ordinal))
        {
            problem = "A device address cannot contain a NUL character.";
            return false;
        }

        (address, problem) = scheme switch
        {
            "vfio-user" => SocketAt(Path.GetFullPath(target)),
            "sim" => (new DeviceAddress(DeviceScheme.Simulated, Path.GetFullPath(target)), null),
            "vfio" => VfioAddress.TryParse(target, out var vfio, out var wrong) ? (new DeviceAddress(DeviceScheme.Vfio, vfio.ToString()), null) : (null, wrong),
            _ => ((DeviceAddress?)null, $"'{scheme}:' is not a kind of device address: {Forms}."),
        };
        return address is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Scheme switch
    {
        DeviceScheme.VfioUser => $"vfio-user:{Target}",
        DeviceScheme.Simulated => $"sim:{Target}",
        _ => $"vfio:{Target}",
    };

    /// <summary>Whether a path is short enough for a UNIX socket.</summary>
    internal static bool IsSocketPath(string path, [NotNullWhen(false)] out string? problem)
    {
        var lengthBytes = Encoding.UTF8.GetByteCount(path);
        problem = lengthBytes > MaxSocketPathBytes
            ? $"The socket path '{path}' has {lengthBytes} bytes and a UNIX socket takes at most {MaxSocketPathBytes}: use a shorter path."
            : null;
        return problem is null;
    }

    private static (DeviceAddress?, string?) SocketAt(string path) =>
        IsSocketPath(path, out var problem) ? (new DeviceAddress(DeviceScheme.VfioUser, path), null) : (null, problem);
}
