using System.Diagnostics.CodeAnalysis;
using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>Reaches the devices of a simulated world by their names.</summary>
internal sealed class WorldDriver(IReadOnlyList<WorldDevice> devices) : IDeviceDriver
{
    public const string SchemeName = "world";

    public string Scheme => SchemeName;

    public string Form => "NAME";

    public bool TryParse(string text, [NotNullWhen(true)] out string? name, [NotNullWhen(false)] out string? problem)
    {
        (name, problem) = (text, null);
        return true;
    }

    public TargetIdentity? Identify(string name) => new TargetIdentity(SchemeName, name);

    public IMigrationDevice Open(string name) => devices.First(d => d.Name == name).Open();
}
