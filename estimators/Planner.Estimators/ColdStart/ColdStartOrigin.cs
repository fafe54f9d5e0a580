namespace Planner.Estimators;

/// <summary>What a model was made from.</summary>
/// <param name="TrainedRows">Examples that the trees were fitted to.</param>
/// <param name="CalibrationRows">Examples that the margin was taken from; none of their groups was trained on.</param>
/// <param name="Groups">Groups of all examples.</param>
/// <param name="Seed">The seed of the trainer and of the split.</param>
/// <param name="CreatedAt">When it was trained.</param>
/// <param name="CreatedBy">The version of the planner that trained it.</param>
public sealed record ColdStartOrigin(int TrainedRows, int CalibrationRows, int Groups, int Seed, DateTimeOffset CreatedAt, string CreatedBy);
