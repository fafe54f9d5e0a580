namespace Planner.Evaluation;

/// <summary>What could not be taken of a recording.</summary>
/// <param name="Skipped">The lines that were left out.</param>
/// <param name="Impossible">The numbers that cannot be and were passed over, with their lines.</param>
internal sealed record RecordingFile(IReadOnlyList<SkippedLine> Skipped, IReadOnlyList<SkippedLine> Impossible);
