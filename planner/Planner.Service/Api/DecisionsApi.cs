using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Planner.Documents;
using Planner.Policies;

namespace Planner.Service;

/// <summary>Decisions from snapshots, forecasts, and advice for the loop of another master.</summary>
internal static class DecisionsApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/decisions", DecideAsync).Accepts<DecisionSnapshot>("application/json").Produces<ExplainedDecision>().WithSummary("A snapshot in, a decision out: as 'planner decide' does.").Needs(Scope.Read);
        api.MapPost("/forecasts", async (HttpContext http, ServiceParts parts, Forecasts forecasts) => Results.Json(
                await forecasts.AskAsync(await RequestBody.ReadAsync(http, ServiceJson.Default.ForecastBody).ConfigureAwait(false), http.RequestAborted).ConfigureAwait(false),
                ServiceJson.Default.ForecastAnswer))
            .Accepts<ForecastBody>("application/json").Produces<ForecastAnswer>().WithSummary("Can a machine move, within what, and when? Nothing is changed.").Needs(Scope.Read);
        api.MapPost("/switchover-decisions", async (HttpContext http, SwitchoverAdvisor advisor) => Results.Json(
                await advisor.AdviseAsync(await RequestBody.ReadAsync(http, ServiceJson.Default.SwitchoverQuestion).ConfigureAwait(false), http.RequestAborted).ConfigureAwait(false),
                ServiceJson.Default.SwitchoverAdvice))
            .Accepts<SwitchoverQuestion>("application/json").Produces<SwitchoverAdvice>().WithSummary("For the loop of another master: asked once an iteration.").Needs(Scope.Operate);
    }

    private static async Task<IResult> DecideAsync(HttpContext http, ServiceParts parts)
    {
        // Nothing is asked of the store: decisions go on while it is gone.
        _ = parts;
        var snapshot = DecisionJson.ReadSnapshot(await RequestBody.ReadBytesAsync(http, DecisionJson.MaximumLength).ConfigureAwait(false), RequestBody.Name);
        var evaluator = SwitchoverEvaluator.Prepare(snapshot);
        return Results.Bytes(DecisionJson.WriteDecisionBytes(evaluator.Explain(evaluator.Decide(evaluator.Moment), evaluator.Moment)), "application/json");
    }
}
