using Planner.Evaluation;

namespace Planner.Cli;

/// <summary>The figures of a rule, and where they are from.</summary>
/// <param name="Kind">What the rule was tried on: <c>recordings</c> or <c>workloads</c>.</param>
/// <param name="Keys">Which part of it, by name.</param>
/// <param name="Report">The figures.</param>
internal sealed record RuleRow(string Kind, IReadOnlyList<(string Name, string Value)> Keys, RuleReport Report);
