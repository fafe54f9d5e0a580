namespace Planner.Policies;

/// <summary>A rule that commits on a bound, and so can be held to it.</summary>
public interface IBoundedSwitchoverRule : ISwitchoverRule
{
    /// <summary>The decision at the last exact count; before the first one it has no bound.</summary>
    Decision Last { get; }

    /// <summary>Whether that moment was calm: its own kind of past blackouts.</summary>
    bool LastIsCalm { get; }

    /// <summary>The exact counts decided on without a finite bound.</summary>
    int Unbounded { get; }
}
