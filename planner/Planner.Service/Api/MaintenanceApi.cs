using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Planner.Documents;

namespace Planner.Service;

/// <summary>Maintenance of nodes: closed to machines, emptied, and safe to reboot or not.</summary>
internal static class MaintenanceApi
{
    private const int ReadAtOnce = 8;
    private static readonly Dictionary<string, string> NoLabels = [];

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/nodes/{name}/maintenance", async (HttpContext http, ServiceParts parts, HostReader reader, string name) => Results.Json(
                await LookAsync(parts, reader, name, http.RequestAborted).ConfigureAwait(false), ServiceJson.Default.MaintenanceView))
            .Produces<MaintenanceView>().WithSummary("Running, Draining, Blocked or SafeToReboot, with the time left and who blocks. The node is read for each answer.").Needs(Scope.Read);
        api.MapGet("/maintenance", async (HttpContext http, ServiceParts parts, HostReader reader) => Results.Json(
                await ListAsync(http, parts, reader).ConfigureAwait(false), ServiceJson.Default.PageMaintenanceView))
            .Produces<Page<MaintenanceView>>().WithSummary("The nodes in maintenance, by name, each read for this answer: ?limit, ?after. All others take machines, and are not safe to reboot.").Takes("limit", "after").Needs(Scope.Read);
        api.MapPut("/nodes/{name}/maintenance", PutAsync).Accepts<MaintenanceBody>("application/json").Produces<MaintenanceView>()
            .WithSummary("Has a node take no machines any more, and has a plan empty it where one can be made of what is registered.").Needs(Scope.Admin);
        api.MapDelete("/nodes/{name}/maintenance", (HttpContext http, ServiceParts parts, string name) => End(http, parts, name)).Produces(204)
            .WithSummary("Has a node take machines again. The plan that empties it is called off, if it empties no other.").Needs(Scope.Admin);
    }

    private static async Task<MaintenanceView> LookAsync(ServiceParts parts, HostReader reader, string node, CancellationToken cancel)
    {
        ResourcesApi.Get(parts, Kinds.Node, node);
        return await ReadAsync(parts, reader, node, cancel).ConfigureAwait(false);
    }

    private static async Task<Page<MaintenanceView>> ListAsync(HttpContext http, ServiceParts parts, HostReader reader)
    {
        var (nodes, next) = http.List(parts, Kinds.Maintenance, r => r.Name, _ => NoLabels);
        var views = new MaintenanceView[nodes.Count];
        await Parallel.ForAsync(0, nodes.Count, new ParallelOptions { MaxDegreeOfParallelism = ReadAtOnce, CancellationToken = http.RequestAborted }, async (i, cancel) =>
            views[i] = await ReadAsync(parts, reader, nodes[i], cancel).ConfigureAwait(false)).ConfigureAwait(false);
        return new Page<MaintenanceView>(views, next);
    }

    private static async Task<MaintenanceView> ReadAsync(ServiceParts parts, HostReader reader, string node, CancellationToken cancel)
    {
        var (asked, at) = (reader.Seconds, parts.Now);
        var reading = await reader.ReadAsync(node, cancel).ConfigureAwait(false);
        var maintenance = NodeMaintenance.Of(parts, node);
        var plan = maintenance?.Plan is { } id ? parts.Plans.Find(id) : null;
        var moving = parts.Records.ActiveOperations().Select(OperationRecords.Read).Where(o => o.SourceNode == node && !o.Shadow).Select(o => o.Machine).ToHashSet();
        return new MaintenanceReport(maintenance, plan, at).Write(reading, asked, moving);
    }

    private static async Task<IResult> PutAsync(HttpContext http, ServiceParts parts, PlanMaker maker, HostReader reader, string name)
    {
        var body = await RequestBody.ReadAsync(http, ServiceJson.Default.MaintenanceBody).ConfigureAwait(false);
        if (body.State != MaintenanceReport.Draining)
        {
            throw new RefusedException(StatusCodes.Status422UnprocessableEntity, $"'state' is '{body.State}'; Draining is expected, and DELETE ends it.");
        }

        ResourcesApi.Get(parts, Kinds.Node, name);

        // Closed first: a plan is made of what is there then.
        var before = NodeMaintenance.Of(parts, name);
        http.Change(parts, StatusCodes.Status200OK, "Draining", change =>
        {
            (before ?? new NodeMaintenance(null, parts.Now, http.Caller().Name)).Put(change, name, parts.Now);
            return true;
        });
        parts.Events.Wake();
        if (NodeMaintenance.MachinesOn(parts, name).Count > 0 && !(before?.Plan is { } id && parts.Plans.Find(id).IsActive))
        {
            await EmptyAsync(http, parts, maker, name).ConfigureAwait(false);
        }

        return Results.Json(await LookAsync(parts, reader, name, http.RequestAborted).ConfigureAwait(false), ServiceJson.Default.MaintenanceView);
    }

    private static async Task EmptyAsync(HttpContext http, ServiceParts parts, PlanMaker maker, string node)
    {
        string? plan = null;
        string? withoutPlan = null;
        try
        {
            var made = await maker.MakeForAsync(http, new JsonObject { ["drain"] = new JsonArray(node) }).ConfigureAwait(false);
            withoutPlan = parts.Plans.TryApply(http, made.Id);
            plan = withoutPlan is null ? made.Id : null;
        }
        catch (Exception e) when (e is RefusedException or DocumentException)
        {
            withoutPlan = Problems.Sentence(e.Message);
        }

        parts.Records.Change(change => new NodeMaintenance(plan, NodeMaintenance.Of(change, node)?.Since ?? parts.Now, http.Caller().Name, withoutPlan).Put(change, node, parts.Now));
        parts.Events.Wake();
    }

    private static IResult End(HttpContext http, ServiceParts parts, string name)
    {
        ResourcesApi.Get(parts, Kinds.Node, name);
        var plan = NodeMaintenance.Of(parts, name)?.Plan;
        if (plan is not null && parts.Plans.Find(plan) is { IsActive: true, Kind: "drain", State: not PlanState.Cancelling, Emptied: [_] })
        {
            parts.Plans.Cancel(http, plan);
        }

        http.Change(parts, StatusCodes.Status204NoContent, null, change => NodeMaintenance.End(change, name, parts.Now)
            ? true
            : throw new RefusedException(StatusCodes.Status404NotFound, $"The node '{name}' is not in maintenance."));
        parts.Events.Wake();
        return Results.NoContent();
    }
}
