using Planner.Estimators;

namespace Planner.Evaluation;

/// <summary>Counts what came of many migrations under one rule and one limit.</summary>
/// <remarks>Not for use by several threads at once; tallies of parts can be merged.</remarks>
public sealed class RuleTally
{
    private const double IntervalError = 0.05;

    private readonly List<RuleOutcome> _outcomes = [];

    /// <summary>Makes an empty tally.</summary>
    /// <param name="rule">The rule's name.</param>
    /// <param name="limitSeconds">The limit of the blackout in seconds; above 0.</param>
    /// <param name="confidence">The share of commits that should keep the limit; in (0, 1).</param>
    public RuleTally(string rule, double limitSeconds, double confidence)
    {
        Rule = rule;
        LimitSeconds = limitSeconds;
        Confidence = confidence;
    }

    /// <summary>The rule's name.</summary>
    public string Rule { get; }

    /// <summary>The limit of the blackout in seconds.</summary>
    public double LimitSeconds { get; }

    /// <summary>The share of commits that should keep the limit.</summary>
    public double Confidence { get; }

    /// <summary>Counts one migration.</summary>
    public void Add(RuleOutcome outcome) => _outcomes.Add(outcome with { IsViolation = outcome.BlackoutSeconds > LimitSeconds });

    /// <summary>Counts the migrations of another tally of the same rule, violations by that tally's limit.</summary>
    public void Merge(RuleTally other) => _outcomes.AddRange(other._outcomes);

    /// <summary>The figures of what was counted.</summary>
    public RuleReport Report()
    {
        var blackouts = Values(o => o.BlackoutSeconds);
        var violations = _outcomes.Count(o => o.IsViolation);
        var bounded = _outcomes.Where(o => o is { BlackoutSeconds: not null, BoundSeconds: not null }).ToList();
        var stating = _outcomes.Where(o => o.UnboundedDecisions is not null).ToList();
        return new RuleReport
        {
            Rule = Rule,
            LimitSeconds = LimitSeconds,
            Confidence = Confidence,
            Migrations = _outcomes.Count,
            Decisions = _outcomes.Sum(o => (long)o.Decisions),
            Commits = blackouts.Length,
            Violations = violations,
            ViolationsLow = BinomialLimits.LowerLimit(violations, blackouts.Length, IntervalError / 2),
            ViolationsHigh = BinomialLimits.UpperLimit(violations, blackouts.Length, IntervalError / 2),
            BlackoutP50Seconds = Quantiles.Of(blackouts, 0.5),
            BlackoutP99Seconds = Quantiles.Of(blackouts, 0.99),
            CompletionP50Seconds = Quantiles.Of(Values(o => o.CompletionSeconds), 0.5),
            RegretP50Seconds = Quantiles.Of(Values(o => o.CompletionSeconds - o.OracleCompletionSeconds), 0.5),
            OracleCommits = _outcomes.Count(o => o.OracleCompletionSeconds is not null),
            CompletionRatioP50 = Quantiles.Of(Values(o => o.CompletionSeconds / o.OracleCompletionSeconds), 0.5),
            FalseAborts = _outcomes.Count(o => o is { BlackoutSeconds: null, OracleCompletionSeconds: not null }),
            Coverage = bounded.Count > 0 ? bounded.Count(o => o.BlackoutSeconds <= o.BoundSeconds) / (double)bounded.Count : null,
            UnboundedShare = Share(stating.Sum(o => (long)o.UnboundedDecisions!.Value), stating.Sum(o => (long)o.Decisions)),
            PinballLossSeconds = bounded.Count > 0 ? bounded.Average(o => PinballLoss(o.BlackoutSeconds!.Value - o.BoundSeconds!.Value)) : null,
        };
    }

    private double[] Values(Func<RuleOutcome, double?> valueOf) => [.. _outcomes.Select(valueOf).OfType<double>()];

    /// <summary>Koenker and Bassett, Regression Quantiles, 1978.</summary>
    private double PinballLoss(double excess) => excess >= 0 ? Confidence * excess : (Confidence - 1) * excess;

    private static double? Share(long count, long of) => of > 0 ? (double)count / of : null;
}
