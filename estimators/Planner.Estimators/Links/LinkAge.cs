namespace Planner.Estimators;

/// <summary>What was seen of a good link at an age.</summary>
/// <param name="Age">Observations since it had recovered; -1 where it was never seen to recover.</param>
/// <param name="Seen">How often it was seen at that age; at least 0.</param>
/// <param name="Broke">After how many of them the next observation found it broken down; at most <paramref name="Seen"/>.</param>
public readonly record struct LinkAge(int Age, long Seen, long Broke);
