namespace Planner.Estimators;

/// <summary>The union bound at one share of misses.</summary>
/// <param name="Misses">The share of blackouts that exceed the bound at most.</param>
/// <param name="Parts">The bound.</param>
public readonly record struct UnionLevel(double Misses, BlackoutParts Parts);
