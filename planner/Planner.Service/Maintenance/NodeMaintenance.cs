using System.Text.Json;
using Planner.Storage;

namespace Planner.Service;

/// <summary>A node that takes no machines, since it is to be empty.</summary>
/// <param name="Plan">The plan that empties it; null if none does.</param>
/// <param name="Since">Since when.</param>
/// <param name="By">Who asked.</param>
/// <param name="WithoutPlan">Why no plan empties it, in one sentence; null if one does.</param>
internal sealed record NodeMaintenance(string? Plan, DateTimeOffset Since, string By, string? WithoutPlan = null)
{
    private const int Batch = 1000;
    private static readonly Dictionary<string, string> NoLabels = [];

    /// <summary>The maintenance of a node; null if it takes machines.</summary>
    public static NodeMaintenance? Of(ServiceParts parts, string node) => Read(parts.Records.Find(Kinds.Maintenance, node));

    /// <summary>The same, within a change.</summary>
    public static NodeMaintenance? Of(ServiceChange change, string node) => Read(change.Find(Kinds.Maintenance, node));

    /// <summary>The machines that are registered on a node, by name.</summary>
    public static IReadOnlyList<string> MachinesOn(ServiceParts parts, string node) => MachinesWith(parts, MachineBody.NodeLabel, node);

    /// <summary>The machines of which a destination stands ready on a node, or stood, by name.</summary>
    public static IReadOnlyList<string> MachinesReadyAt(ServiceParts parts, string node) => MachinesWith(parts, MachineBody.ReadyLabel(node), "");

    /// <summary>Has the node take no machines any more, and tells of it.</summary>
    public void Put(ServiceChange change, string node, DateTimeOffset now)
    {
        var body = JsonSerializer.Serialize(this, ServiceJson.Default.NodeMaintenance);
        change.Put(Kinds.Maintenance, node, body, NoLabels, now);
        change.Append(new StoredEvent(0, now, "maintenance.begun", null, null, Body(node)));
    }

    /// <summary>Has the node take machines again, and tells of it.</summary>
    /// <returns>Whether it did not.</returns>
    public static bool End(ServiceChange change, string node, DateTimeOffset now)
    {
        if (!change.Delete(Kinds.Maintenance, node))
        {
            return false;
        }

        change.Append(new StoredEvent(0, now, "maintenance.ended", null, null, Body(node)));
        return true;
    }

    private static NodeMaintenance? Read(StoredResource? stored) => stored is null ? null : JsonSerializer.Deserialize(stored.Body, ServiceJson.Default.NodeMaintenance);

    private static string Body(string node) => new System.Text.Json.Nodes.JsonObject { ["node"] = node }.ToJsonString();

    private static List<string> MachinesWith(ServiceParts parts, string label, string value)
    {
        var names = new List<string>();
        for (var after = ""; ; after = names[^1])
        {
            var batch = parts.Records.List(Kinds.Machine, after, Batch, label, value);
            names.AddRange(batch.Select(r => r.Name));
            if (batch.Count < Batch)
            {
                return names;
            }
        }
    }
}
