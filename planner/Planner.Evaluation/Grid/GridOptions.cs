namespace Planner.Evaluation;

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
