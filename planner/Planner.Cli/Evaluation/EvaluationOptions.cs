using Planner.Simulation;

namespace Planner.Cli;

/// <summary>What <c>evaluate</c> was asked for.</summary>
/// <param name="Limits">Blackout limits in seconds for recordings; empty for the usual ones.</param>
/// <param name="Confidences">Shares of commits that must keep the limit, for recordings and series; empty for the usual ones.</param>
/// <param name="Rules">The rules to print; empty for all.</param>
/// <param name="Grid">How much of a grid of workloads is simulated.</param>
/// <param name="Grouping">Which cells of a grid are counted together.</param>
/// <param name="Pictures">The folder for pictures; null for none.</param>
internal sealed record EvaluationOptions(
    IReadOnlyList<double> Limits,
    IReadOnlyList<double> Confidences,
    IReadOnlyList<string> Rules,
    GridOptions Grid,
    GridGrouping Grouping,
    string? Pictures)
{
    /// <summary>Whether a rule is asked for.</summary>
    public bool Includes(string rule) => Rules.Count == 0 || Rules.Contains(rule);
}
