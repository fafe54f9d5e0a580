namespace Planner.Policies;

/// <summary>A guess of the whole blackout by a model that was learned from other machines, for the load of its snapshot.</summary>
/// <param name="P50Seconds">The median in seconds; above 0.</param>
/// <param name="Model">The model with its version, such as <c>cold-start v3</c>.</param>
/// <param name="BoundSeconds">The bound in seconds, from the model's own margin; null if that supports none.</param>
/// <param name="Confidence">The confidence that the bound was made for; in (0, 1), and null without a bound.</param>
/// <remarks>It has no finite-sample claim for this machine, and so it is of the method <c>independent</c>: shown, and enough to commit only
/// under <c>whenEvidenceIsInsufficient: accept</c>.</remarks>
public sealed record FirstGuess(double P50Seconds, string Model, double? BoundSeconds = null, double? Confidence = null);
