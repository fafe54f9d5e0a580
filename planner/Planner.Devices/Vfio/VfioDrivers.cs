using System.Reflection;

namespace Planner.Devices;

/// <summary>The drivers that somebody has looked at. What this holds is data: <c>Vfio/Drivers/*.yaml</c>.</summary>
internal static class VfioDrivers
{
    private const string ResourcePrefix = "Planner.Devices.Vfio.Drivers.";

    /// <summary>The name of the entry for drivers that nobody described.</summary>
    public const string UnknownName = "unknown";

    /// <summary>Every driver that is part of the program, the unknown one among them.</summary>
    public static IReadOnlyList<VfioDriver> BuiltIn { get; } =
    [
        .. typeof(VfioDrivers).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .SelectMany(n => VfioDriverText.ReadAll(Read(n), n)),
    ];

    /// <summary>What is known about the driver with a name of the kernel; null asks for the unknown one.</summary>
    public static VfioDriver Find(IReadOnlyList<VfioDriver> drivers, string? kernelName) =>
        drivers.FirstOrDefault(d => kernelName is not null && d.KernelNames.Contains(kernelName))
        ?? drivers.FirstOrDefault(d => d.Name == UnknownName)
        ?? new VfioDriver { Name = UnknownName, KernelNames = [] };

    private static string Read(string resource)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
