using System.Text.Json.Serialization;

namespace Planner.Evaluation;

/// <summary>What <c>evaluate</c> prints of one switchover rule under one limit. What has no value, such as a quantile of no commits, is null.</summary>
public sealed record RuleReport
{
    /// <summary>What was evaluated: <c>recordings</c> or <c>workloads</c>; null where that is plain.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Kind { get; init; }

    /// <summary>The memory workload, where the figures are of one alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Memory { get; init; }

    /// <summary>The link, where the figures are of one alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Link { get; init; }

    /// <summary>The devices, where the figures are of one kind alone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Devices { get; init; }

    /// <summary>The rule.</summary>
    public required string Rule { get; init; }

    /// <summary>The limit of the blackout in seconds.</summary>
    public required double LimitSeconds { get; init; }

    /// <summary>The share of commits that should keep the limit.</summary>
    public required double Confidence { get; init; }

    /// <summary>The migrations that the rule was tried on.</summary>
    public required int Migrations { get; init; }

    /// <summary>The moments at which the rule was asked, in all migrations.</summary>
    public required long Decisions { get; init; }

    /// <summary>The migrations that the rule committed.</summary>
    public required int Commits { get; init; }

    /// <summary>The commits whose blackout exceeded the limit.</summary>
    public required int Violations { get; init; }

    /// <summary>Lower end of the 95 % interval (Clopper and Pearson) of the share of commits that violate; 0 without commits.</summary>
    public required double ViolationsLow { get; init; }

    /// <summary>Upper end of the same interval; 1 without commits.</summary>
    public required double ViolationsHigh { get; init; }

    /// <summary>Median blackout of the commits, in seconds.</summary>
    public double? BlackoutP50Seconds { get; init; }

    /// <summary>The blackout that 99 % of the commits kept to, in seconds: the largest of fewer than 100 commits.</summary>
    public double? BlackoutP99Seconds { get; init; }

    /// <summary>Median time of the commits from the start of the migration until the guest ran again, in seconds.</summary>
    public double? CompletionP50Seconds { get; init; }

    /// <summary>Median of the rule's completion minus the oracle's, in seconds, over the migrations that both commit. Below 0 where the rule
    /// breaks the limit to be faster.</summary>
    public double? RegretP50Seconds { get; init; }

    /// <summary>The migrations that the oracle commits.</summary>
    public required int OracleCommits { get; init; }

    /// <summary>Median of the rule's completion over the oracle's, over the migrations that both commit.</summary>
    public double? CompletionRatioP50 { get; init; }

    /// <summary>The migrations that the rule never committed although the oracle could.</summary>
    public required int FalseAborts { get; init; }

    /// <summary>Share of the commits under a finite bound whose blackout kept to that bound; null for rules without bounds.</summary>
    public double? Coverage { get; init; }

    /// <summary>Share of the decisions without a finite bound; null for rules without bounds.</summary>
    public double? UnboundedShare { get; init; }

    /// <summary>Mean pinball loss of the bounds at the commits, taken as quantiles at the confidence, in seconds; null for rules without bounds.</summary>
    public double? PinballLossSeconds { get; init; }
}
