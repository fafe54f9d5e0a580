namespace Planner.Hypervisors;

/// <summary>What the host's sysfs says of a device that a QEMU of the same host has; nothing where it is another host's.</summary>
internal static class SysfsFolder
{
    private const string Root = "/sys/";
    private const int LongestText = 32;

    /// <summary>The kernel's driver, such as <c>mlx5_vfio_pci</c>; null if it is not known.</summary>
    public static string? Driver(string? folder) => Read(folder, path =>
        new DirectoryInfo(Path.Combine(path, "driver")).ResolveLinkTarget(returnFinalTarget: false)?.Name);

    /// <summary>The revision, such as <c>01</c>; null if it is not known.</summary>
    public static string? Revision(string? folder) => Read(folder, path =>
    {
        using var file = new StreamReader(Path.Combine(path, "revision"));
        var text = new char[LongestText];
        var line = new string(text, 0, file.ReadBlock(text)).Trim();
        return line.StartsWith("0x", StringComparison.Ordinal) ? line[2..] : null;
    });

    // The folder is a peer's word: nothing outside of sysfs is looked at.
    private static string? Read(string? folder, Func<string, string?> read)
    {
        if (folder is null || !Path.GetFullPath(folder).StartsWith(Root, StringComparison.Ordinal))
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
