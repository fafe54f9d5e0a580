using System.Diagnostics.CodeAnalysis;
using Planner.Measurements;

namespace Planner.Tests.Sessions;

/// <summary>Gives out devices that a test made, by their addresses <c>fake:NAME</c>.</summary>
/// <param name="devices">The devices.</param>
internal sealed class FakeDriver(params FakeDevice[] devices) : IDeviceDriver
{
    public string Scheme => "fake";

    public string Form => "NAME";

    /// <summary>The addresses of what was opened, in order.</summary>
    public List<string> Opened { get; } = [];

    public bool TryParse(string text, [NotNullWhen(true)] out string? name, [NotNullWhen(false)] out string? problem)
    {
        (name, problem) = (text, null);
        return true;
    }

    public TargetIdentity? Identify(string name) => new TargetIdentity(Scheme, name);

    public IMigrationDevice Open(string name)
    {
        var address = $"{Scheme}:{name}";
        Opened.Add(address);
        return Array.Find(devices, d => d.Address == address) ?? throw new DeviceException(DeviceFault.NotFound, $"{address}: there is no such device.");
    }
}
