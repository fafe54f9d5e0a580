using Planner.Policies;

namespace Planner.Engine;

/// <summary>What is to be done at a moment of pre-copy.</summary>
/// <param name="Action">What the switchover rule wants.</param>
/// <param name="Gate">The decision behind it; null before the first exact count.</param>
/// <param name="AllowBytes">With <see cref="SwitchoverAction.Commit"/>: the most bytes that may be left when the guest is stopped; at least 1.</param>
/// <param name="ThrottlePercent">How much the guest is to be slowed down from now on, in percent; null to leave that as it is.</param>
/// <param name="IsNews">Whether the decision is worth telling: the verdict changed, or some time went by.</param>
public sealed record PassJudgement(SwitchoverAction Action, GateDecision? Gate, long AllowBytes, int? ThrottlePercent, bool IsNews)
{
    /// <summary>Whether it permits once more what the hypervisor did not use when it was permitted, which was said.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>Why it is given up, where that is not the gate's decision; null otherwise.</summary>
    public string? Reason { get; init; }
}
