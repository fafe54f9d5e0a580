namespace Planner.Measurements;

/// <summary>Where a blackout came from.</summary>
public enum BlackoutKind
{
    /// <summary>A migration that the planner committed under an SLA.</summary>
    Commit,

    /// <summary>A switchover made to measure, with no promise at stake. It was not selected by a decision.</summary>
    Rehearsal,

    /// <summary>What would have happened; never evidence.</summary>
    Shadow,
}
