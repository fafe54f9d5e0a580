using Planner.Fleet;
using Planner.Policies;

namespace Planner.Service;

/// <summary>Plans the rest of a plan anew: what is done stays, what runs goes on, and who stayed keeps its place.</summary>
/// <param name="live">The plan.</param>
/// <param name="steps">Its steps, with what has just changed.</param>
/// <param name="nowSeconds">The time since its beginning.</param>
/// <param name="untilSeconds">When a step that is under way is expected to be over, on the same clock.</param>
internal sealed class PlanReplanning(LivePlan live, IReadOnlyCollection<PlanStep> steps, double nowSeconds, Func<PlanStep, double> untilSeconds)
{
    // A plan that runs is planned anew often, and its figures are those of the rest: fewer replications than at first will do.
    private const int Replications = 200;

    /// <summary>The plan for the rest.</summary>
    public FleetPlan Plan()
    {
        var inputs = live.Inputs;
        var options = inputs.Options with { Replications = Math.Min(Replications, inputs.Options.Replications) };
        BlockedMachine[] staying = [.. steps.Where(s => s.State == PlanStep.Blocked && s.Machine is not null).DistinctBy(s => s.Machine)
            .Select(s => new BlockedMachine(s.Machine!, s.Reason ?? "it stayed", s.CheapestChange ?? "look at its last attempt, and make a new plan"))];
        return inputs.First.Kind == FleetTaskKind.Upgrade
            ? live.Planner.ReplanUpgrade(inputs.First, Upgrade(staying), options)
            : live.Planner.Replan(inputs.First, Moves(staying), options);
    }

    private PlanProgress Moves(BlockedMachine[] staying) => new(
        nowSeconds,
        [.. steps.Where(s => s.State == PlanStep.Done).Select(s => s.Machine!)],
        steps.Where(s => s.IsUnderWay).ToDictionary(s => s.Machine!, untilSeconds))
    {
        Staying = staying,
    };

    private UpgradeProgress Upgrade(BlockedMachine[] staying) => new(
        nowSeconds,
        steps.Where(s => !s.IsReboot && s.State == PlanStep.Done).GroupBy(s => s.Machine!).ToDictionary(g => g.Key, g => g.MaxBy(s => s.EndTime)!.To!),
        [.. steps.Where(s => s.State == PlanStep.Running).Select(s => new RunningMove(s.Machine!, s.From, s.To!, untilSeconds(s)))],
        [.. steps.Where(s => s.IsReboot && s.State == PlanStep.Done).Select(s => s.From)],
        steps.Where(s => s.State == PlanStep.AwaitingReboot).ToDictionary(s => s.From, untilSeconds))
    {
        Staying = staying,
    };
}
