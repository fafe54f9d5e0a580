using Planner.Policies;

namespace Planner.Fleet;

/// <summary>How far a plan is that empties hosts or moves machines to given targets.</summary>
/// <param name="NowSeconds">The time since the plan began.</param>
/// <param name="Done">The machines that have moved.</param>
/// <param name="RunningUntilSeconds">The machines that move now, each with the time at which it is expected to be there.</param>
public sealed record PlanProgress(double NowSeconds, IReadOnlyCollection<string> Done, IReadOnlyDictionary<string, double> RunningUntilSeconds)
{
    /// <summary>The machines that were to move and stay where they are, each with the reason.</summary>
    public IReadOnlyList<BlockedMachine> Staying { get; init; } = [];
}
