namespace Planner.Fleet;

/// <summary>How far a plan is.</summary>
/// <param name="NowSeconds">The time since the plan began.</param>
/// <param name="Done">The machines that have moved.</param>
/// <param name="RunningUntilSeconds">The machines that move now, each with the time at which it is expected to be there.</param>
public sealed record PlanProgress(double NowSeconds, IReadOnlyCollection<string> Done, IReadOnlyDictionary<string, double> RunningUntilSeconds);
