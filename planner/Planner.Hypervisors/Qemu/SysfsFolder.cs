namespace Planner.Hypervisors;

/// <summary>What this host's sysfs says of a device that a QEMU of the same host has.</summary>
/// <remarks>A monitor may be another host's, forwarded to this one, where the same place holds another device: only what has the same numbers is believed.</remarks>
internal static class SysfsFolder
{
    private const string Root = "/sys/";
    private const int LongestText = 32;

    /// <summary>The kernel's driver, such as <c>mlx5_vfio_pci</c>; null if it is not known.</summary>
    public static string? Driver(string? folder) => Read(folder, path =>
        new DirectoryInfo(Path.Combine(path, "driver")).ResolveLinkTarget(returnFinalTarget: false)?.Name);

    /// <summary>The revision, such as <c>01</c>; null if it is not known.</summary>
    public static string? Revision(string? folder) => Number(folder, "revision");

    /// <summary>Whether the folder is that of a device with these numbers, as far as it has any.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="model">Vendor and device in front, as in <c>15b3:101e</c>; null if they are not known.</param>
    public static bool IsOf(string? folder, string? model) =>
        model is null || Number(folder, "vendor") is not { } vendor || Number(folder, "device") is not { } device || model.StartsWith($"{vendor}:{device}", StringComparison.Ordinal);

    private static string? Number(string? folder, string name) => Read(folder, path =>
    {
        using var file = new StreamReader(Path.Combine(path, name));
        var text = new char[LongestText];
        var line = new string(text, 0, file.ReadBlock(text)).Trim();
        return line.StartsWith("0x", StringComparison.Ordinal) ? line[2..] : null;
    });

    // The folder is a peer's word: nothing outside of sysfs is looked at.
    private static string? Read(string? folder, Func<string, string?> read)
    {
        if (string.IsNullOrEmpty(folder) || !Path.GetFullPath(folder).StartsWith(Root, StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            return read(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
