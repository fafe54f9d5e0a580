namespace Planner.Estimators;

/// <summary>The learned model against one simple estimator, at one quantile, on groups that neither was fitted to.</summary>
/// <param name="Against">The simple estimator.</param>
/// <param name="Level">The quantile; in (0, 1).</param>
/// <param name="LearnedLoss">The learned model's mean pinball loss of ln seconds, every group counting alike.</param>
/// <param name="SimpleLoss">The simple estimator's.</param>
/// <param name="ErrorProbability">The probability of a difference this large in the learned model's favour if neither were better.</param>
public sealed record ColdStartComparison(string Against, double Level, double LearnedLoss, double SimpleLoss, double ErrorProbability);

/// <summary>One blackout to learn from: what was known before it, and how long it took.</summary>
/// <param name="Features">What was known before anything of the migration was measured.</param>
/// <param name="ActualSeconds">The whole blackout in seconds; above 0.</param>
/// <param name="Group">What it has in common with other examples, such as the device class and its configuration. A group is trained on as a
/// whole or not at all: rows of one group are too much alike to test each other.</param>
public sealed record ColdStartExample(BlackoutFeatures Features, double ActualSeconds, string Group);

/// <summary>What a learned model guesses for a blackout.</summary>
/// <param name="P50Seconds">The median in seconds.</param>
/// <param name="BoundSeconds">The bound at the asked confidence in seconds; NaN if the model's margin does not support it.</param>
public readonly record struct ColdStartGuess(double P50Seconds, double BoundSeconds);

/// <summary>Whether a learned model may be used, and why.</summary>
/// <param name="IsAccepted">Whether it is better than every simple estimator at every quantile, with the stated error probability.</param>
/// <param name="Reason">One sentence with the figures.</param>
/// <param name="Comparisons">The comparisons; none if there were too few examples to compare.</param>
public sealed record ColdStartJudgement(bool IsAccepted, string Reason, IReadOnlyList<ColdStartComparison> Comparisons);

/// <summary>What a model was made from.</summary>
/// <param name="TrainedRows">Examples that the trees were fitted to.</param>
/// <param name="CalibrationRows">Examples that the margin was taken from; none of their groups was trained on.</param>
/// <param name="Groups">Groups of all examples.</param>
/// <param name="Seed">The seed of the trainer and of the split.</param>
/// <param name="CreatedAt">When it was trained.</param>
/// <param name="CreatedBy">The version of the planner that trained it.</param>
public sealed record ColdStartOrigin(int TrainedRows, int CalibrationRows, int Groups, int Seed, DateTimeOffset CreatedAt, string CreatedBy);

/// <summary>What the machine does while its blackout is guessed.</summary>
public enum MigrationPhase
{
    /// <summary>It runs, and nothing is copied yet.</summary>
    Idle,

    /// <summary>It runs, and is copied meanwhile.</summary>
    PreCopy,

    /// <summary>It runs slowed down, and is copied meanwhile.</summary>
    Throttled,
}
