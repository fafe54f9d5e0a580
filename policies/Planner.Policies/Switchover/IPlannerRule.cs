namespace Planner.Policies;

/// <summary>One of the planner's own rules: it commits on a decision, and can be held to its bound.</summary>
public interface IPlannerRule : IBoundedRule
{
    /// <summary>The decision at the last exact count; before the first one it has no bound.</summary>
    Decision Last { get; }

    /// <summary>Whether that moment was calm: its own kind of past blackouts.</summary>
    bool LastIsCalm { get; }

    /// <summary>By what factor the transfer at that moment was foretold to take longer than usual.</summary>
    double LastStretch { get; }

    /// <summary>The exact counts decided on without a finite bound.</summary>
    int Unbounded { get; }

    /// <inheritdoc/>
    double IBoundedRule.BoundSeconds => Last.BoundSeconds;
}
