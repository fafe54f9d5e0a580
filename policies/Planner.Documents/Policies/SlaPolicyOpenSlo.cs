using System.Globalization;
using Planner.Measurements;
using Planner.Policies;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Planner.Documents;

/// <summary>Writes SLA policies as objectives of OpenSLO v1 (https://openslo.com): the promised share as a ratio of counters.</summary>
/// <remarks>An error budget in seconds of each machine has no place there. It goes along as an annotation, and the description says that.</remarks>
public static class SlaPolicyOpenSlo
{
    // What the planner exports for Prometheus (docs/service.md).
    private const string Counter = "vm_migration_blackout_duration_seconds_count";

    /// <summary>Writes one document a policy.</summary>
    public static string Write(IEnumerable<SlaPolicy> policies)
    {
        using var text = new StringWriter { NewLine = "\n" };
        new YamlStream([.. policies.Select(p => new YamlDocument(Objective(p)))]).Save(text, assignAnchors: false);
        return text.ToString();
    }

    private static YamlMappingNode Objective(SlaPolicy policy)
    {
        var name = $"{Name(policy.Name)}-blackout";
        var metadata = Map(("name", Text(name)), ("displayName", Text($"Blackout of class {policy.Name}")));
        if (policy.ErrorBudget is { } budget)
        {
            metadata.Add("annotations", Map(("error-budget-blackout", Text(UnitText.Write(budget.Blackout))), ("error-budget-per", Text(UnitText.Write(budget.Per)))));
        }

        return Map(
            ("apiVersion", Text("openslo/v1")),
            ("kind", Text("SLO")),
            ("metadata", metadata),
            ("spec", Map(
                ("description", Text(Description(policy))),
                ("service", Text("planner")),
                ("indicator", Map(
                    ("metadata", Map(("name", Text(name)))),
                    ("spec", Map(("ratioMetric", Map(
                        ("counter", Plain("true")),
                        ("bad", Source(policy, ", vm_migration_limit_exceeded=\"true\"")),
                        ("total", Source(policy, "")))))))),
                ("timeWindow", new YamlSequenceNode(Map(("duration", Text(Window(policy.ErrorBudget?.Per ?? ClassBudget.UsualPeriod))), ("isRolling", Plain("true"))))),
                ("budgetingMethod", Text("Occurrences")),
                ("objectives", new YamlSequenceNode(Map(
                    ("displayName", Text($"At most {Quantity.Format(policy.BlackoutLimit)}")),
                    ("target", Plain(policy.Confidence.ToString(CultureInfo.InvariantCulture)))))))));
    }

    private static string Description(SlaPolicy policy) =>
        $"Of the attempts in which the guest was paused at all, the share that paused it for at most {Quantity.Format(policy.BlackoutLimit)}."
        + (policy.ErrorBudget is { } budget
            ? $" The error budget of {Quantity.Format(budget.Blackout)} of blackout a machine in {Quantity.Format(budget.Per)} is no part of this objective: it is in seconds and of each machine, so it is an annotation."
            : "");

    private static YamlMappingNode Source(SlaPolicy policy, string also)
    {
        var name = policy.Name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return Map(("metricSource", Map(
            ("type", Text("Prometheus")),
            ("spec", Map(("query", Text($"sum({Counter}{{vm_migration_sla_class=\"{name}\"{also}}})")))))));
    }

    // Names there are of small letters and digits, and windows are whole minutes.
    private static string Name(string name) =>
        string.Concat(name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).TrimStart('-') is { Length: > 0 } usable ? usable : "class";

    private static string Window(TimeSpan per) => UnitText.Write(TimeSpan.FromMinutes(Math.Ceiling(per.TotalMinutes)));

    private static YamlMappingNode Map(params (string Key, YamlNode Value)[] entries)
    {
        var map = new YamlMappingNode();
        foreach (var (key, value) in entries)
        {
            map.Add(key, value);
        }

        return map;
    }

    private static YamlScalarNode Text(string text) => new(text) { Style = ScalarStyle.DoubleQuoted };

    private static YamlScalarNode Plain(string value) => new(value) { Style = ScalarStyle.Plain };
}
