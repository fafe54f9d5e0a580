namespace Planner.Estimators;

/// <summary>One blackout to learn from: what was known before it, and how long it took.</summary>
/// <param name="Features">What was known before anything of the migration was measured.</param>
/// <param name="ActualSeconds">The whole blackout in seconds; above 0.</param>
/// <param name="Group">What it has in common with other examples, such as the device class and its configuration. A group is trained on as a
/// whole or not at all: rows of one group are too much alike to test each other.</param>
public sealed record ColdStartExample(BlackoutFeatures Features, double ActualSeconds, string Group);
