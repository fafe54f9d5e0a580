namespace Planner.Policies;

/// <summary>A rule that commits on a bound, and so can be held to it.</summary>
public interface IBoundedSwitchoverRule : ISwitchoverRule
{
    /// <summary>The decision at the last moment that was decided on; before the first one it has no bound.</summary>
    Decision Last { get; }

    /// <summary>Whether that moment was calm: its own kind of past blackouts.</summary>
    bool LastIsCalm { get; }
}
