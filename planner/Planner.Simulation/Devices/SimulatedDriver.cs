using System.Diagnostics.CodeAnalysis;
using Planner.Documents;
using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>Simulated devices inside this process: <c>sim:PROFILE.yaml</c>, or <c>sim:NAME</c> for a built-in profile. Each one that is opened is a device of its own.</summary>
/// <param name="options">The seed and what else they are told beside their profiles; null for the defaults.</param>
public sealed class SimulatedDriver(SimulatedDeviceOptions? options = null) : IDeviceDriver
{
    /// <inheritdoc/>
    public string Scheme => "sim";

    /// <inheritdoc/>
    public string Form => "PROFILE.yaml";

    /// <inheritdoc/>
    public string? FormMeaning => $"a file, or the name of a built-in profile: {string.Join(", ", BuiltInProfiles.Names)}";

    /// <inheritdoc/>
    public bool TryParse(string text, [NotNullWhen(true)] out string? name, [NotNullWhen(false)] out string? problem)
    {
        (name, problem) = (BuiltInProfiles.Names.Contains(text) ? text : Path.GetFullPath(text), null);
        return true;
    }

    /// <inheritdoc/>
    public TargetIdentity? Identify(string name) => null;

    /// <inheritdoc/>
    /// <exception cref="DocumentException">The profile cannot be read.</exception>
    public IMigrationDevice Open(string name) => new SimulatedDevice(BuiltInProfiles.Names.Contains(name) ? BuiltInProfiles.Get(name) : DeviceProfileFile.Read(name), $"{Scheme}:{name}", options);
}
