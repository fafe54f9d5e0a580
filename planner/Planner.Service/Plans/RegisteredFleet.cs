using System.Text.Json;
using System.Text.Json.Nodes;
using Planner.Measurements;
using Planner.Policies;
using Planner.Storage;

namespace Planner.Service;

/// <summary>Makes a fleet of the nodes and machines that are registered, in the form of a fleet's file.</summary>
/// <remarks>A machine whose destination stands ready goes where it stands ready: somebody has seen to its room. All others need sizes, of themselves and of the nodes.</remarks>
internal sealed class RegisteredFleet(ServiceParts parts)
{
    private const int Batch = 1000;

    // More than any sum of machines: the node states no memory, and only machines that stand ready there go to it.
    private const string NotLimited = "8192TiB";

    // What is moved as devices alone has no memory that moves: how long that takes is known from the ledger, or not at all.
    private const string NoMemory = "1KiB";
    private const int Many = 100_000;
    private const double PortBytesPerSecond = 10e9 / 8;

    /// <summary>The text of the fleet.</summary>
    /// <param name="task">The task, as in a fleet's file.</param>
    /// <exception cref="RefusedException">Something that is needed was not registered.</exception>
    public string Write(JsonNode task)
    {
        var nodes = All(Kinds.Node).Select(r => (r.Name, Body: JsonSerializer.Deserialize(r.Body, ServiceJson.Default.NodeBody)!)).ToList();
        var machines = All(Kinds.Machine).Select(r => (r.Name, Body: JsonSerializer.Deserialize(r.Body, ServiceJson.Default.MachineBody)!)).Where(m => m.Body.Node is not null).ToList();
        var leaving = new HashSet<string>();
        if (task["drain"] is JsonArray drained)
        {
            leaving.UnionWith(drained.Select(d => d?.ToString() ?? ""));
        }

        var closed = All(Kinds.Maintenance).Select(r => r.Name).ToHashSet();
        var isUpgrade = task["upgrade"] is not null;
        var targets = new Dictionary<string, string>();
        foreach (var (name, body) in machines.Where(m => leaving.Contains(m.Body.Node!)))
        {
            if (ReadyTarget(body, [.. leaving, .. closed], targets.Values) is { } to)
            {
                targets[name] = to;
            }
        }

        var choosing = machines.Where(m => (isUpgrade || leaving.Contains(m.Body.Node!)) && !targets.ContainsKey(m.Name)).ToList();
        if (choosing.Count > 0 && nodes.FirstOrDefault(n => n.Body.Memory is null) is { Name: { } unsized })
        {
            throw new RefusedException(422, $"{choosing[0].Name} may go to any node, and the node '{unsized}' does not say its memory: PUT it with \"memory\", or say where {choosing[0].Name} stands ready.");
        }

        var hosts = new JsonArray([.. nodes.Select(n => Sized(new JsonObject { ["name"] = n.Name, ["memory"] = n.Body.Memory ?? NotLimited, ["maxIncoming"] = closed.Contains(n.Name) ? 0 : Many }, n.Body.Vcpus))]);
        var written = new JsonArray();
        foreach (var (name, body) in machines)
        {
            var machine = Sized(new JsonObject { ["name"] = name, ["host"] = body.Node, ["memory"] = body.Memory ?? (body.Target is null ? NoMemory : throw Unsized(name)) }, body.Vcpus);
            if (targets.TryGetValue(name, out var to))
            {
                machine["to"] = to;
            }

            if (ClassOf(name, body) is { } sla)
            {
                machine["sla"] = sla;
            }

            written.Add(machine);
        }

        var spec = new JsonObject { ["hosts"] = hosts, ["machines"] = written, ["evidence"] = MovesOfDevices(machines), ["task"] = task.DeepClone() };
        return new JsonObject { ["apiVersion"] = "planner/v1", ["kind"] = "Fleet", ["spec"] = spec }.ToJsonString();
    }

    // How long their own moves took; while there are none, how long rehearsals take here.
    private JsonArray MovesOfDevices(IEnumerable<(string Name, MachineBody Body)> machines)
    {
        var without = machines.Where(m => m.Body is { Target: null, Memory: null }).Select(m => m.Name).ToHashSet();
        var done = without.Count == 0 ? [] : parts.Samples.ReadSummaries(null, parts.Now - ClassBudget.UsualPeriod).Where(a => a.HasMoved && a.Ended > a.Started).ToList();
        var own = done.Where(a => a.IsPromised && without.Contains(a.Machine)).ToList();
        var past = own.Count > 0 ? own : done.Where(a => a.Kind == AttemptKind.Rehearsal);
        return [.. past.TakeLast(Batch).Select(a => new JsonObject { ["memory"] = NoMemory, ["bytesPerSecond"] = PortBytesPerSecond, ["seconds"] = (a.Ended - a.Started).TotalSeconds })];
    }

    private static RefusedException Unsized(string machine) => new(422, $"The machine {machine} does not say its memory, from which its move is planned: PUT it with \"memory\", such as \"64GiB\".");

    private static JsonObject Sized(JsonObject named, int? vcpus)
    {
        if (vcpus is { } count)
        {
            named["vcpus"] = count;
        }

        return named;
    }

    // Of several nodes the one to which the fewest go so far.
    private static string? ReadyTarget(MachineBody machine, HashSet<string> closed, IEnumerable<string> taken)
    {
        var counts = taken.CountBy(t => t).ToDictionary();
        return (machine.StartDestination?.ReadyAt ?? new Dictionary<string, string>()).Keys
            .Where(n => n != machine.Node && !closed.Contains(n))
            .OrderBy(n => counts.GetValueOrDefault(n)).ThenBy(n => n, StringComparer.Ordinal).FirstOrDefault();
    }

    private string? ClassOf(string name, MachineBody body)
    {
        try
        {
            return parts.Policies.Of(name, body.LabelsOrNone, null).Name;
        }
        catch (RefusedException)
        {
            // No class selects it; whoever carries the plan out is told.
            return null;
        }
    }

    private IEnumerable<StoredResource> All(string kind)
    {
        for (var after = ""; ;)
        {
            var batch = parts.Records.List(kind, after, Batch);
            foreach (var resource in batch)
            {
                yield return resource;
            }

            if (batch.Count < Batch)
            {
                yield break;
            }

            after = batch[^1].Name;
        }
    }
}
