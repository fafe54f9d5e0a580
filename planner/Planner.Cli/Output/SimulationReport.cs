namespace Planner.Cli;

/// <summary>What <c>simulate</c> prints as JSON.</summary>
internal sealed record SimulationReport(long Runs, long Committed, long Stayed, long CouldHaveCommitted, long Violations, ulong? FirstBrokenSeed);
