namespace Planner.Evaluation;

/// <summary>What a rule made of one cell of the grid.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Tally">The counts.</param>
public sealed record GridTally(GridCell Cell, RuleTally Tally);
