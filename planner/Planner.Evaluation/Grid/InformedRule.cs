using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>Knows the link's future and the distribution of what the devices take, but not this migration's draws: what no honest rule can beat.</summary>
/// <remarks>The oracle knows the draws too, and commits a machine whose devices happen to be quick; a promise kept in 99 of 100 cases cannot
/// rest on that.</remarks>
internal sealed class InformedRule(WorkloadTruth truth, double limitSeconds, double latencySeconds) : ISwitchoverRule
{
    public string Name => "informed";

    public double ExactBelowBytes => 0;

    public SwitchoverAction Consider(in PreCopyMoment moment) =>
        moment.TrueBlackoutSeconds - truth.Latencies.TotalSeconds + latencySeconds <= limitSeconds ? SwitchoverAction.Commit : SwitchoverAction.Wait;
}
