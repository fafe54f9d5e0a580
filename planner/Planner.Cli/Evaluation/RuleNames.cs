using Planner.Policies;

namespace Planner.Cli;

/// <summary>The rules that can be evaluated and replayed.</summary>
internal static class RuleNames
{
    /// <summary>The planner's own, those of others, and the oracle.</summary>
    public static IReadOnlyList<string> All { get; } = [.. PlannerRules.Names, .. PeerRules.Names];

    /// <summary>What is wrong with a name, in words; null if nothing is.</summary>
    public static string? Problem(string name) => All.Contains(name) ? null : $"'{name}' is no switchover rule; known are {string.Join(", ", All)}.";
}
