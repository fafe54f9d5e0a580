using System.Text.Json;
using System.Text.Json.Nodes;
using Planner.Storage;

namespace Planner.Service;

/// <summary>Changes of plans as listeners have them.</summary>
internal static class PlanEvents
{
    /// <summary>A change of a plan; steps are told by themselves.</summary>
    /// <param name="state">The plan.</param>
    /// <param name="kind">The kind of change.</param>
    /// <param name="now">The time.</param>
    /// <param name="cause">Why, in one sentence; null if that need not be said.</param>
    public static StoredEvent Of(PlanState state, string kind, DateTimeOffset now, string? cause = null)
    {
        var body = new JsonObject
        {
            ["id"] = state.Id,
            ["state"] = state.State,
            ["hash"] = state.Hash,
            ["statusDetail"] = state.StatusDetail,
            ["cause"] = cause,
            ["makespanP50Seconds"] = state.MakespanP50Seconds,
            ["makespanP95Seconds"] = state.MakespanP95Seconds,
            ["blocked"] = state.Blocked.Count,
        };
        return new StoredEvent(0, now, kind, null, null, body.ToJsonString());
    }

    /// <summary>A change of a step.</summary>
    public static StoredEvent Of(string plan, PlanStep step, DateTimeOffset now) => new(
        0, now, $"plan.step.{step.State}", null, step.Machine, new JsonObject { ["plan"] = plan, ["step"] = JsonSerializer.SerializeToNode(step, PlanJson.Default.PlanStep) }.ToJsonString());
}
