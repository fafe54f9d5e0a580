namespace Planner.Evaluation;

/// <summary>One combination of the grid.</summary>
/// <param name="Memory">The memory workload's name.</param>
/// <param name="Link">The link's name.</param>
/// <param name="Devices">The name of the devices.</param>
/// <param name="LimitSeconds">The blackout limit in seconds.</param>
/// <param name="Confidence">The share of commits that must keep the limit.</param>
public sealed record GridCell(string Memory, string Link, string Devices, double LimitSeconds, double Confidence);

/// <summary>How much of a grid is simulated.</summary>
public sealed record GridOptions
{
    /// <summary>The seed of all chance; the same seed gives the same figures.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Migrations of every combination of memory, link, devices, limit and confidence under every rule; at least 1.</summary>
    public int MigrationsPerCell { get; init; } = 40;

    /// <summary>Threads that share the work; at least 1. The figures do not depend on it.</summary>
    public int Threads { get; init; } = 1;
}

/// <summary>What a rule made of one cell of the grid.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Tally">The counts.</param>
public sealed record GridTally(GridCell Cell, RuleTally Tally);

/// <summary>A cell of the grid in which another system's rule violates less and completes sooner than one of the planner's.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Ours">The planner's figures.</param>
/// <param name="Theirs">The other rule's.</param>
public sealed record PeerAdvantage(GridCell Cell, RuleReport Ours, RuleReport Theirs);
