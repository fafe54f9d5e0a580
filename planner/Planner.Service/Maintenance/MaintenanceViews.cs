namespace Planner.Service;

/// <summary>How far the emptying of a node is.</summary>
/// <param name="Node">The node.</param>
/// <param name="State"><c>Running</c>, <c>Draining</c>, <c>Blocked</c> or <c>SafeToReboot</c>.</param>
/// <param name="Reason">Why, in one sentence.</param>
/// <param name="ReadTime">When the node was read for this answer: what it says of the node is of that moment.</param>
internal sealed record MaintenanceView(string Node, string State, string Reason, DateTimeOffset ReadTime)
{
    /// <summary>How long it takes until it is empty; null if that is not known.</summary>
    public EtaSeconds? EtaSeconds { get; init; }

    /// <summary>The machines on it that no migration or plan takes away.</summary>
    public IReadOnlyList<MaintenanceBlocker> Blockers { get; init; } = [];

    /// <summary>The plan that empties it; null if none does.</summary>
    public string? Plan { get; init; }

    public DateTimeOffset? Since { get; init; }

    public string? By { get; init; }
}

/// <summary>A machine that keeps its node from being empty.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Reason">Why, in one sentence.</param>
/// <param name="CheapestChange">What would change that.</param>
internal sealed record MaintenanceBlocker(string Machine, string Reason, string CheapestChange);
