using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Planner.Documents;
using Planner.Policies;
using Planner.Storage;

namespace Planner.Service;

/// <summary>Nodes, machines and policies: what is put under names.</summary>
internal static class ResourcesApi
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPut("/nodes/{name}", PutNodeAsync).Accepts<NodeBody>("application/json").Produces<NodeView>().WithSummary("Registers a host.").Needs(Scope.Admin);
        api.MapGet("/nodes/{name}", (ServiceParts parts, string name) => Results.Json(ViewNode(Get(parts, Kinds.Node, name)), ServiceJson.Default.NodeView)).Produces<NodeView>().Needs(Scope.Read);
        api.MapGet("/nodes", (HttpContext http, ServiceParts parts) => Results.Json(http.List(parts, Kinds.Node, ViewNode, n => n.Labels), ServiceJson.Default.PageNodeView))
            .Produces<Page<NodeView>>().WithSummary("Hosts, by name: ?limit, ?after, ?label=key=value.").Takes("limit", "after", "label").Needs(Scope.Read);
        api.MapDelete("/nodes/{name}", (HttpContext http, ServiceParts parts, string name) => Delete(http, parts, Kinds.Node, name)).Produces(204).Needs(Scope.Admin);

        api.MapPut("/machines/{name}", PutMachineAsync).Accepts<MachineBody>("application/json").Produces<MachineView>().WithSummary("Registers a machine, by its monitor or its devices.").Needs(Scope.Operate);
        api.MapGet("/machines/{name}", (ServiceParts parts, string name) => Results.Json(WithReasons(parts, ViewMachine(Get(parts, Kinds.Machine, name))), ServiceJson.Default.MachineView))
            .Produces<MachineView>().WithSummary("A machine, its class, and why it would not be tried now.").Needs(Scope.Read);
        api.MapGet("/machines", (HttpContext http, ServiceParts parts) => Results.Json(http.List(parts, Kinds.Machine, ViewMachine, m => m.Labels), ServiceJson.Default.PageMachineView))
            .Produces<Page<MachineView>>().WithSummary("Machines, by name: ?limit, ?after, ?label=key=value.").Takes("limit", "after", "label").Needs(Scope.Read);
        api.MapDelete("/machines/{name}", (HttpContext http, ServiceParts parts, string name) => Delete(http, parts, Kinds.Machine, name)).Produces(204).Needs(Scope.Operate);

        api.MapPut("/policies/{name}", PutPolicyAsync).Accepts<JsonObject>("application/json").Produces<JsonObject>().WithSummary("An SLA class, as JSON in the form of a policy file.").Needs(Scope.Admin);
        api.MapGet("/policies/{name}", (ServiceParts parts, string name) => Results.Json(
            SlaPolicyJson.Node(parts.Policies.Find(name) ?? throw Missing(Kinds.Policy, name)), ServiceJson.Default.JsonObject)).Produces<JsonObject>().Needs(Scope.Read);
        api.MapGet("/policies", (ServiceParts parts) => Results.Json(new Page<JsonObject>([.. parts.Policies.All.Select(SlaPolicyJson.Node)], null), ServiceJson.Default.PageJsonObject))
            .Produces<Page<JsonObject>>().WithSummary("All SLA classes, also those that the service was started with.").Needs(Scope.Read);
        api.MapDelete("/policies/{name}", DeletePolicy).Produces(204).Needs(Scope.Admin);
    }

    /// <summary>What is under a name.</summary>
    /// <exception cref="RefusedException">There is nothing.</exception>
    public static StoredResource Get(ServiceParts parts, string kind, string name) => parts.Records.Find(kind, name) ?? throw Missing(kind, name);

    /// <summary>Puts something under a name, and tells of it.</summary>
    public static StoredResource Put(HttpContext http, ServiceParts parts, string kind, string name, string body, IReadOnlyDictionary<string, string> labels)
    {
        var put = http.Change(parts, StatusCodes.Status200OK, null, change =>
        {
            change.Put(kind, name, body, labels, parts.Now);
            Tell(parts, change, kind, name, "put");
            return change.Find(kind, name)!;
        });
        parts.Events.Wake();
        return put;
    }

    /// <summary>Takes away what is under a name, and tells of it.</summary>
    public static IResult Delete(HttpContext http, ServiceParts parts, string kind, string name)
    {
        http.Change(parts, StatusCodes.Status204NoContent, null, change =>
        {
            if (kind == Kinds.Machine && change.ActiveOperations().FirstOrDefault(o => o.Machine == name) is { } active)
            {
                throw new RefusedException(StatusCodes.Status409Conflict, $"A migration of {name} is not over yet: {active.Id}.");
            }

            if (!change.Delete(kind, name))
            {
                throw Missing(kind, name);
            }

            if (kind == Kinds.Node)
            {
                NodeMaintenance.End(change, name, parts.Now);
            }

            Tell(parts, change, kind, name, "deleted");
            return true;
        });
        parts.Events.Wake();
        return Results.NoContent();
    }

    private static void Tell(ServiceParts parts, ServiceChange change, string kind, string name, string what) => change.Append(
        new StoredEvent(0, parts.Now, $"{kind}.{what}", null, kind == Kinds.Machine ? name : null, new JsonObject { ["name"] = name }.ToJsonString()));

    private static async Task<IResult> PutNodeAsync(HttpContext http, ServiceParts parts, string name)
    {
        var body = await RequestBody.ReadAsync(http, ServiceJson.Default.NodeBody).ConfigureAwait(false);
        CheckLabels(body.LabelsOrNone);
        CheckSize(body.Memory, body.Vcpus);
        return Results.Json(ViewNode(Put(http, parts, Kinds.Node, Calls.Checked(name), JsonSerializer.Serialize(body, ServiceJson.Default.NodeBody), body.LabelsOrNone)), ServiceJson.Default.NodeView);
    }

    private static async Task<IResult> PutMachineAsync(HttpContext http, ServiceParts parts, string name)
    {
        var body = await RequestBody.ReadAsync(http, ServiceJson.Default.MachineBody).ConfigureAwait(false);
        CheckLabels(body.LabelsOrNone);
        CheckSize(body.Memory, body.Vcpus);
        if (body.Target is null == (body.Devices is not { Count: > 0 }))
        {
            throw new RefusedException(StatusCodes.Status422UnprocessableEntity, "A machine has either a 'target', its monitor, or at least one of 'devices': give one of both.");
        }

        if (body.Node is { } node && parts.Records.Find(Kinds.Node, node) is null)
        {
            throw new RefusedException(StatusCodes.Status422UnprocessableEntity, $"There is no node '{node}': register it first with PUT /v1/nodes/{node}.");
        }

        if (body.Target is { } target)
        {
            parts.Drivers.FindHypervisor(target);
        }

        if (body.StartDestination?.Command is { } command)
        {
            DestinationStarter.Find(parts, command);
        }

        foreach (var device in body.Devices ?? [])
        {
            parts.Drivers.FindDevice(device);
        }

        var put = Put(http, parts, Kinds.Machine, Calls.Checked(name), JsonSerializer.Serialize(body, ServiceJson.Default.MachineBody), body.StoredLabels);
        return Results.Json(ViewMachine(put), ServiceJson.Default.MachineView);
    }

    private static async Task<IResult> PutPolicyAsync(HttpContext http, ServiceParts parts, string name)
    {
        // A tab between the parts of a JSON text is a blank; YAML allows none there.
        var text = Encoding.UTF8.GetString(await RequestBody.ReadBytesAsync(http, RequestBody.MostBytes).ConfigureAwait(false)).Replace('\t', ' ');
        var policies = SlaPolicyText.ReadAll(text, RequestBody.Name);
        if (policies is not [{ } policy] || policy.Name != Calls.Checked(name))
        {
            throw new RefusedException(StatusCodes.Status422UnprocessableEntity, $"The body has to be one policy with metadata.name '{name}'.");
        }

        Put(http, parts, Kinds.Policy, name, SlaPolicyJson.Write(policy), policy.Labels);
        parts.Policies.Read();
        return Results.Json(SlaPolicyJson.Node(policy), ServiceJson.Default.JsonObject);
    }

    private static IResult DeletePolicy(HttpContext http, ServiceParts parts, string name)
    {
        if (parts.Records.Find(Kinds.Policy, name) is null && parts.Policies.IsDelivered(name))
        {
            throw new RefusedException(StatusCodes.Status409Conflict, $"The service was started with the class '{name}': it can be replaced, but not deleted.");
        }

        var deleted = Delete(http, parts, Kinds.Policy, name);
        parts.Policies.Read();
        return deleted;
    }

    private static void CheckLabels(IReadOnlyDictionary<string, string> labels)
    {
        const int MostLabels = 32;
        const int Longest = 127;
        if (labels.Count > MostLabels || labels.Any(l => l.Key.Length is 0 or > Longest || l.Value.Length > Longest || l.Key.Contains('=', StringComparison.Ordinal)))
        {
            throw new RefusedException(StatusCodes.Status422UnprocessableEntity, $"There are at most {MostLabels} labels, their keys and values have at most {Longest} characters, and a key has no '='.");
        }
    }

    private static void CheckSize(string? memory, int? vcpus)
    {
        if (memory is not null && !(UnitText.TryParseBytes(memory, out var bytes) && bytes > 0))
        {
            throw new RefusedException(StatusCodes.Status422UnprocessableEntity, $"'memory' is '{memory}'; a size above 0 {UnitText.BytesForm}, such as 64GiB, is expected.");
        }

        if (vcpus is < 1 or > 1_000_000)
        {
            throw new RefusedException(StatusCodes.Status422UnprocessableEntity, $"'vcpus' is {vcpus}; 1 to 1000000 is expected.");
        }
    }

    private static NodeView ViewNode(StoredResource resource)
    {
        var body = JsonSerializer.Deserialize(resource.Body, ServiceJson.Default.NodeBody)!;
        return new NodeView(resource.Name, body.LabelsOrNone, body.Address, body.Memory, body.Vcpus, resource.Version, resource.Changed);
    }

    private static MachineView ViewMachine(StoredResource resource)
    {
        var body = JsonSerializer.Deserialize(resource.Body, ServiceJson.Default.MachineBody)!;
        return new MachineView(resource.Name, body.LabelsOrNone, body.Node, body.Target, body.Devices, body.StartDestination, resource.Version, resource.Changed) { Memory = body.Memory, Vcpus = body.Vcpus };
    }

    private static MachineView WithReasons(ServiceParts parts, MachineView machine)
    {
        if (parts.Policies.Select(machine.Labels) is not { } policy)
        {
            return machine;
        }

        var now = parts.Now;
        var refusal = MaintenanceCalendar.FindClosed(policy, now)
            ?? MoveRefusal.Find(machine.Name, policy, parts.Samples.ReadSummaries(machine.Name, now - MoveRefusal.Memory(policy)), now);
        return machine with { Sla = policy.Name, WhyNot = refusal is null ? null : new Refusal(refusal.Reason, refusal.CheapestChange, refusal.Until) };
    }

    private static RefusedException Missing(string kind, string name) => new(StatusCodes.Status404NotFound, $"There is no {kind} '{name}'.");
}
