using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Planner.Devices;

/// <summary>What follows <c>vfio:</c> in the address of a device, put into its one canonical form.</summary>
/// <param name="Kind">How the device is named.</param>
/// <param name="Name">The PCI address with its domain, the UUID in lower case, or an absolute path.</param>
internal readonly record struct VfioAddress(VfioAddressKind Kind, string Name)
{
    internal const string Scheme = "vfio";

    private const string Forms = "vfio:PCI-ADDRESS, vfio:MDEV-UUID, vfio:SYSFS-FOLDER, vfio:/dev/vfio/devices/vfioN or vfio:fd:SOCKET";

    private const string SocketPrefix = "fd:";

    /// <summary>Reads the part after <c>vfio:</c>. Whether anything is there is not looked at.</summary>
    /// <param name="text">The text, such as <c>3b:00.2</c>, <c>/sys/bus/pci/devices/0000:3b:00.2</c> or <c>fd:/run/vmm.sock</c>.</param>
    /// <param name="address">The address, if the text is one.</param>
    /// <param name="problem">One sentence that says what is wrong, if it is not.</param>
    public static bool TryParse(string text, out VfioAddress address, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        address = default;
        if (text.StartsWith(SocketPrefix, StringComparison.Ordinal))
        {
            var isSocket = SocketPaths.TryParse(text[SocketPrefix.Length..], $"{Scheme}:{text}", out var socket, out problem);
            address = new VfioAddress(VfioAddressKind.Socket, socket ?? "");
            return isSocket;
        }

        if (Guid.TryParseExact(text, "D", out var uuid))
        {
            address = new VfioAddress(VfioAddressKind.Mediated, uuid.ToString("D", CultureInfo.InvariantCulture));
        }
        else if (TryParsePci(text, out var pci))
        {
            address = new VfioAddress(VfioAddressKind.Pci, pci);
        }
        else if (text.Contains('/', StringComparison.Ordinal))
        {
            var path = Path.GetFullPath(text).TrimEnd('/');
            var isNode = path.Contains("/vfio/devices/", StringComparison.Ordinal);
            if (!isNode && path.StartsWith("/dev/vfio/", StringComparison.Ordinal))
            {
                problem = $"'vfio:{text}' is a group, which may hold several devices: write {Forms}.";
                return false;
            }

            address = new VfioAddress(isNode ? VfioAddressKind.Node : VfioAddressKind.SysfsFolder, path);
        }
        else
        {
            problem = $"'vfio:{text}' names no device: write {Forms}.";
            return false;
        }

        return true;
    }

    /// <summary>What stands after the scheme.</summary>
    public string Target => Kind == VfioAddressKind.Socket ? SocketPrefix + Name : Name;

    /// <summary>The whole address.</summary>
    public override string ToString() => $"{Scheme}:{Target}";

    /// <summary>Reads <c>[DDDD:]BB:DD.F</c> in hexadecimal digits; a missing domain is 0000.</summary>
    private static bool TryParsePci(string text, out string address)
    {
        address = text.Length == "3b:00.2".Length ? $"0000:{text}" : text;
        if (address.Length != "0000:3b:00.2".Length || address[4] != ':' || address[7] != ':' || address[10] != '.' || address[11] is < '0' or > '7')
        {
            return false;
        }

        address = address.ToLowerInvariant();
        return IsHexadecimal(address.AsSpan(0, 4)) && IsHexadecimal(address.AsSpan(5, 2)) && IsHexadecimal(address.AsSpan(8, 2));
    }

    /// <summary>Whether a text has nothing but hexadecimal digits in lower case.</summary>
    internal static bool IsHexadecimal(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiHexDigitLower(c))
            {
                return false;
            }
        }

        return true;
    }
}
