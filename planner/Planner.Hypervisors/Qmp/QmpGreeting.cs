namespace Planner.Hypervisors;

/// <summary>What QEMU says first.</summary>
public sealed record QmpGreeting
{
    /// <summary>Which QEMU this is.</summary>
    public required QmpVersion Version { get; init; }

    /// <summary>The protocol's capabilities that could be switched on, such as "oob".</summary>
    public required IReadOnlyList<string> Capabilities { get; init; }
}
