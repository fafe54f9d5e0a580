namespace Planner.Devices;

/// <summary>What sysfs tells about one device. Everything may be missing.</summary>
/// <param name="path">The device's folder.</param>
internal sealed class VfioSysfsFolder(string path)
{
    /// <summary>The device's name: the last part of its folder, behind the links.</summary>
    public string DeviceName => Path.GetFileName(RealPath.Of(path));

    /// <summary>Whether the folder is there.</summary>
    public bool Exists => Directory.Exists(path);

    /// <summary>The name of the driver that is bound; null for none.</summary>
    public string? Driver => LinkName("driver");

    /// <summary>The number of the IOMMU group; null if the device is in none.</summary>
    public string? Group => LinkName("iommu_group");

    /// <summary>The name of the node of the device's own, such as <c>vfio0</c>; null if the kernel makes none.</summary>
    public string? NodeName
    {
        get
        {
            try
            {
                var folder = Path.Combine(path, "vfio-dev");
                return Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).FirstOrDefault() : null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }

    /// <summary>The model as <c>vendor:device</c> in hexadecimal digits; null for a device that is not of PCI.</summary>
    public string? Model => ReadId("vendor") is { } vendor && ReadId("device") is { } device ? $"{vendor}:{device}" : null;

    /// <summary>The revision in hexadecimal digits, such as <c>01</c>; null if it is not known.</summary>
    public string? Revision => ReadId("revision");

    private string? LinkName(string name)
    {
        try
        {
            return new DirectoryInfo(Path.Combine(path, name)).LinkTarget is { } target ? Path.GetFileName(target.TrimEnd('/')) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string? ReadId(string name)
    {
        const int LongestId = 16;
        try
        {
            using var reader = new StreamReader(Path.Combine(path, name));
            var buffer = new char[LongestId];
            var text = buffer.AsSpan(0, reader.Read(buffer)).Trim();
            return text.StartsWith("0x", StringComparison.Ordinal) && VfioAddress.IsHexadecimal(text[2..]) ? text[2..].ToString() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
