namespace Planner.Evaluation;

/// <summary>A cell of the grid in which another system's rule violates less and completes sooner than one of the planner's.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Ours">The planner's figures.</param>
/// <param name="Theirs">The other rule's.</param>
public sealed record PeerAdvantage(GridCell Cell, RuleReport Ours, RuleReport Theirs);
