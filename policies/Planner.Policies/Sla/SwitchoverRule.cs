namespace Planner.Policies;

/// <summary>Which of the moments that fit the limit is taken.</summary>
public enum SwitchoverRule
{
    /// <summary>The first one.</summary>
    Earliest,

    /// <summary>The one with the shortest expected blackout within the time left.</summary>
    Calmest,
}
