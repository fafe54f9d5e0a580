using System.Text.Encodings.Web;
using System.Text.Json;
using Planner.Policies;

namespace Planner.Documents;

/// <summary>The JSON of a plan: what <c>planner plan --output json</c> prints.</summary>
public static class FleetPlanJson
{
    private static readonly FleetPlanJsonContext Compact = new(new JsonSerializerOptions(FleetPlanJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>Writes a plan on one line. What is not known is null.</summary>
    public static string Write(FleetPlan plan) => JsonSerializer.Serialize(
        new FleetPlanDocument(
            plan.IsFeasible,
            plan.MakespanP50Seconds,
            plan.MakespanP95Seconds,
            plan.ProbabilityInTime,
            plan.LowerBoundSeconds,
            [.. plan.Moves.Select(m => new PlannedMoveDocument(m.Machine, m.From, m.To, m.StartSeconds, m.P50Seconds, m.P95Seconds, m.BytesPerSecond, m.DirtyRateLimitBytesPerSecond))],
            [.. plan.Blocked.Select(b => new BlockedMachineDocument(b.Machine, b.Reason, b.CheapestChange))],
            plan.LastSafeStart,
            plan.Hash)
        {
            Reboots = plan.Kind == FleetTaskKind.Upgrade ? [.. plan.Reboots.Select(r => new PlannedRebootDocument(r.Host, r.StartSeconds, r.Seconds))] : null,
            Choices = plan.Kind == FleetTaskKind.Upgrade
                ? [.. plan.Choices.Select(c => new PlanChoiceDocument(c.Name, c.IsChosen, c.MakespanP50Seconds, c.MakespanP95Seconds, c.ProbabilityInTime, c.MovesPerMachine, c.MostMovesOfAMachine, c.MostHostsAway))]
                : null,
        },
        Compact.FleetPlanDocument);
}
