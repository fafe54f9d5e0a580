using System.Text.Json;
using Planner.Agent.Wire;
using Planner.Measurements;
using Planner.Storage;

namespace Planner.Service;

/// <summary>Registers hosts that join and the machines that are found on them, so that nobody has to. What somebody registered is left alone.</summary>
internal static class FoundMachines
{
    /// <summary>Takes what an agent found.</summary>
    public static void Register(ServiceParts parts, string node, Inventory inventory)
    {
        var missing = inventory.Machines.Where(m => m.Target.Length > 0 && !m.IsWaiting && IsName(m.Name) && IsTarget(parts, m.Target) && parts.Records.Find(Kinds.Machine, m.Name) is null).ToList();
        if (parts.Records.Find(Kinds.Node, node) is not null && missing.Count == 0)
        {
            return;
        }

        parts.Records.Change(change =>
        {
            if (change.Find(Kinds.Node, node) is null)
            {
                Put(parts, change, Kinds.Node, node, JsonSerializer.Serialize(new NodeBody(), ServiceJson.Default.NodeBody), new Dictionary<string, string>());
            }

            foreach (var machine in missing.Where(m => change.Find(Kinds.Machine, m.Name) is null))
            {
                var body = new MachineBody(Node: node, Target: machine.Target);
                Put(parts, change, Kinds.Machine, machine.Name, JsonSerializer.Serialize(body, ServiceJson.Default.MachineBody), body.StoredLabels);
            }
        });
        parts.Events.Wake();
    }

    private static void Put(ServiceParts parts, ServiceChange change, string kind, string name, string body, IReadOnlyDictionary<string, string> labels)
    {
        change.Put(kind, name, body, labels, parts.Now);
        change.Append(new StoredEvent(0, parts.Now, $"{kind}.found", null, kind == Kinds.Machine ? name : null, new System.Text.Json.Nodes.JsonObject { ["name"] = name }.ToJsonString()));
    }

    private static bool IsTarget(ServiceParts parts, string target)
    {
        try
        {
            parts.Drivers.FindHypervisor(target);
            return true;
        }
        catch (HypervisorException)
        {
            return false;
        }
    }

    private static bool IsName(string name)
    {
        try
        {
            Calls.Checked(name);
            return true;
        }
        catch (RefusedException)
        {
            return false;
        }
    }
}
