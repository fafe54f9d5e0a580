using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Planner.Service;

/// <summary>Plans for a fleet: made, looked at, carried out, held and called off.</summary>
internal static class PlansApi
{
    /// <summary>The types of YAML.</summary>
    public static readonly string[] Yaml = ["application/yaml", "application/x-yaml", "text/yaml"];

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/plans", MakeAsync).Accepts<System.Text.Json.Nodes.JsonObject>("application/json", Yaml).Produces<PlanState>(201)
            .WithSummary("Makes a plan of a fleet (kind: Fleet, as JSON or YAML), or of a task alone ({ \"task\": … }) for what is registered. Nothing moves. ?approval=waves or steps; ?notBefore=TIME.").Takes("approval", "notBefore").TakesHeader("Idempotency-Key").Needs(Scope.Operate);
        api.MapGet("/plans", (HttpContext http, ServiceParts parts) => Results.Json(List(http, parts), ServiceJson.Default.PagePlanState))
            .Produces<Page<PlanState>>().WithSummary("Plans without their steps, the latest first: ?limit, ?after.").Takes("limit", "after").Needs(Scope.Read);
        api.MapGet("/plans/{id}", (HttpContext http, ServiceParts parts, string id) => Answer(http, parts.Plans.Find(id), StatusCodes.Status200OK)).Produces<PlanState>().Needs(Scope.Read);
        api.MapPost("/plans/{id}/apply", (HttpContext http, ServiceParts parts, string id) => Answer(http, parts.Plans.Apply(http, id), StatusCodes.Status202Accepted))
            .Produces<PlanState>(202).WithSummary("Carries a plan out. If-Match names its hash; a stale plan is refused with 409 and the differences.").TakesHeader("If-Match").Needs(Scope.Operate);
        api.MapPost("/plans/{id}/approve", ApproveAsync).Accepts<ApprovalBody>("application/json").Produces<PlanState>()
            .WithSummary("Says that a wave (all moves off a host) or steps may begin, or that a host was rebooted; without a body all that wait for an approval now.").Needs(Scope.Operate);
        api.MapPost("/plans/{id}/pause", (HttpContext http, ServiceParts parts, string id) => Answer(http, parts.Plans.Pause(http, id), StatusCodes.Status200OK))
            .Produces<PlanState>().WithSummary("Has nothing more begin; what runs goes on.").Needs(Scope.Operate);
        api.MapPost("/plans/{id}/resume", (HttpContext http, ServiceParts parts, string id) => Answer(http, parts.Plans.Resume(http, id), StatusCodes.Status200OK))
            .Produces<PlanState>().WithSummary("Goes on; the rest is planned anew, and nothing that is done moves again.").Needs(Scope.Operate);
        api.MapPost("/plans/{id}/cancel", (HttpContext http, ServiceParts parts, string id) => Answer(http, parts.Plans.Cancel(http, id), StatusCodes.Status202Accepted))
            .Produces<PlanState>(202).WithSummary("Calls a plan off; what can be called back is, and what has moved stays.").Needs(Scope.Operate);
    }

    private static async Task<IResult> MakeAsync(HttpContext http, ServiceParts parts, PlanMaker maker)
    {
        var approval = http.Request.Query["approval"] is [{ } asked] ? asked : PlanState.NoApproval;
        if (approval is not (PlanState.NoApproval or PlanState.ByWave or PlanState.ByStep))
        {
            throw new RefusedException(StatusCodes.Status400BadRequest, $"'approval' is '{approval}'; none, waves or steps is expected.");
        }

        var body = await RequestBody.ReadBytesAsync(http, PlanMaker.MostBytes, Yaml).ConfigureAwait(false);
        var plan = await maker.MakeAsync(http, body, approval, MigrationsApi.Time(http, "notBefore")).ConfigureAwait(false);
        http.Response.Headers.Location = $"/v1/plans/{plan.Id}";
        return Answer(http, plan, StatusCodes.Status201Created);
    }

    private static async Task<IResult> ApproveAsync(HttpContext http, ServiceParts parts, string id)
    {
        var body = http.Request.ContentLength is > 0 || http.Request.Headers.TransferEncoding.Count > 0
            ? await RequestBody.ReadAsync(http, ServiceJson.Default.ApprovalBody).ConfigureAwait(false)
            : new ApprovalBody();
        return Answer(http, parts.Plans.Approve(http, id, body), StatusCodes.Status200OK);
    }

    private static IResult Answer(HttpContext http, PlanState plan, int status)
    {
        http.Response.Headers.ETag = $"\"{plan.Hash}\"";
        return Results.Json(plan, ServiceJson.Default.PlanState, statusCode: status);
    }

    private static Page<PlanState> List(HttpContext http, ServiceParts parts)
    {
        var size = http.PageSize();
        var found = parts.Records.ListPlans(MigrationsApi.Time(http, "after") ?? DateTimeOffset.MaxValue, size + 1);
        return new Page<PlanState>([.. found.Take(size).Select(PlanJson.State)], found.Count > size ? found[size - 1].Created.ToString("O") : null);
    }
}
