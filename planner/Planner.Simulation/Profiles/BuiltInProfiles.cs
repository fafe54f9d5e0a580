using System.Reflection;
using Planner.Documents;

namespace Planner.Simulation;

/// <summary>The device profiles that are part of the program.</summary>
public static class BuiltInProfiles
{
    private const string ResourcePrefix = "Profiles/";

    /// <summary>The names, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(BuiltInProfiles).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Select(n => n[ResourcePrefix.Length..^".yaml".Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>A small network card that migrates in some tens of milliseconds.</summary>
    public static DeviceProfile FastNic => Get("fast-nic");

    /// <summary>A device that takes a deadline and whose stop arc has a tail.</summary>
    public static DeviceProfile DeadlineGpu => Get("deadline-gpu");

    /// <summary>The profile of a name.</summary>
    /// <exception cref="DocumentException">There is no such profile; the message names those there are.</exception>
    public static DeviceProfile Get(string name) => DeviceProfileText.Read(ReadText(name), name);

    /// <summary>The YAML of a built-in profile.</summary>
    /// <exception cref="DocumentException">There is no such profile; the message names those there are.</exception>
    public static string ReadText(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{ResourcePrefix}{name}.yaml")
            ?? throw new DocumentException(name, 0, 0, $"there is no built-in profile of this name; there are {string.Join(", ", Names)}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
