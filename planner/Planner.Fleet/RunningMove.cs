namespace Planner.Fleet;

/// <summary>A move under way.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="From">The host that it leaves.</param>
/// <param name="To">The host that it goes to.</param>
/// <param name="UntilSeconds">The time since the plan began at which it is expected to be there.</param>
public sealed record RunningMove(string Machine, string From, string To, double UntilSeconds);
