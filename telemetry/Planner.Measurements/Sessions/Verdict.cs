namespace Planner.Measurements;

/// <summary>What a decision says.</summary>
public enum Verdict
{
    /// <summary>Stay RUNNING and evaluate again.</summary>
    Stay,

    /// <summary>Go past the commit point now.</summary>
    Commit,

    /// <summary>Limit the dirty rate so that a later moment fits.</summary>
    Throttle,

    /// <summary>Give up: no later moment of the window can fit.</summary>
    Abort,
}
