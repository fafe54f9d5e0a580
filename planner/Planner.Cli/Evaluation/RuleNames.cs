using Planner.Evaluation;
using Planner.Policies;

namespace Planner.Cli;

/// <summary>The rules that can be asked for.</summary>
internal static class RuleNames
{
    /// <summary>Knows all but the devices' draws; in simulated workloads alone.</summary>
    public const string Informed = "informed";

    /// <summary>The rules for recordings: the planner's own, those of other systems, and the oracle.</summary>
    public static IReadOnlyList<string> OfRecordings { get; } = [.. PlannerRules.Names, .. PeerRules.Names];

    /// <summary>The rules for workloads too.</summary>
    public static IReadOnlyList<string> All { get; } = [.. OfRecordings, Informed];

    /// <summary>Whether a rule knows no confidence, so that its figures are the same for all.</summary>
    public static bool IsPeer(string name) => PeerRules.Names.Contains(name);

    /// <summary>Where a rule stands in reports.</summary>
    public static int Place(string name) => All.ToList().IndexOf(name);
}
