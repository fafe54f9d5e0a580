namespace Planner.Fleet;

/// <summary>How far a schedule is.</summary>
/// <param name="Now">The time.</param>
/// <param name="Done">Moves that are done.</param>
/// <param name="Running">Moves that run, with their expected ends.</param>
internal sealed record ScheduleProgress(double Now, IReadOnlyList<int> Done, IReadOnlyList<(int Move, double End)> Running);
