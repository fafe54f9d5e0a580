namespace Planner.Policies;

/// <summary>One of the planner's own rules: it commits on a decision, and can be held to its bound.</summary>
public interface IPlannerRule : IBoundedRule
{
    /// <summary>What it decides by.</summary>
    RuleMoments Moments { get; }

    /// <inheritdoc/>
    double ISwitchoverRule.ExactBelowBytes => Moments.ExactBelowBytes;

    /// <inheritdoc/>
    double IBoundedRule.BoundSeconds => Moments.Last.BoundSeconds;
}
