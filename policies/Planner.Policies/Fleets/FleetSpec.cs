namespace Planner.Policies;

/// <summary>A fleet and what is asked of it: the input of <c>planner plan</c>. Hosts, links and machines are known by their names, which are unique among their kind.</summary>
public sealed record FleetSpec
{
    /// <summary>Links that moves share; empty if none is limited.</summary>
    public IReadOnlyList<FleetLink> Links { get; init; } = [];

    /// <summary>The hosts; at least one.</summary>
    public required IReadOnlyList<FleetHost> Hosts { get; init; }

    /// <summary>The machines, each on its host.</summary>
    public required IReadOnlyList<FleetMachine> Machines { get; init; }

    /// <summary>What is asked.</summary>
    public required FleetTask Task { get; init; }

    /// <summary>Moves of the past, from which durations are learned; empty if none is known.</summary>
    public IReadOnlyList<PastMove> Evidence { get; init; } = [];
}
