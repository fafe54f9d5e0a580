using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>A decision of a recorded session.</summary>
/// <param name="Gate">1 before anything stops, 2 with everything quiesced.</param>
/// <param name="Snapshot">All that it was made from.</param>
public sealed record RecordedDecision(int Gate, DecisionSnapshot Snapshot);
