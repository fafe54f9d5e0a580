using System.Text.Json;
using Planner.Documents;
using Planner.Policies;

namespace Planner.Service;

/// <summary>Compares a plan with nodes, machines, classes and migrations as they are now.</summary>
internal sealed class PlanDrift(ServiceParts parts, PlanState state, PlanInputs inputs, IReadOnlyList<PlanStep> steps)
{
    /// <summary>The most differences that are told.</summary>
    public const int Most = 100;

    private readonly List<PlanDifference> _found = [];

    /// <summary>What differs; empty for a plan that can be carried out as it is.</summary>
    /// <param name="others">The other plans that are carried out.</param>
    public IReadOnlyList<PlanDifference> Find(IReadOnlyCollection<LivePlan> others)
    {
        var fleet = inputs.Spec();
        CompareNodes();
        CompareMachines(fleet);
        CompareClasses(fleet);
        CompareWithOthers(others);
        return _found;
    }

    private void Add(string what, string planned, string now)
    {
        if (_found.Count < Most)
        {
            _found.Add(new PlanDifference(what, planned, now));
        }
    }

    private void CompareNodes()
    {
        foreach (var node in steps.SelectMany(s => new[] { s.From, s.To }).OfType<string>().Distinct())
        {
            if (parts.Records.Find(Kinds.Node, node) is null)
            {
                Add($"node {node}", "a host of the fleet", "not registered: PUT /v1/nodes/{name}");
            }
            else if (!state.Emptied.Contains(node) && NodeMaintenance.Of(parts, node) is not null)
            {
                Add($"node {node}", "takes machines", "in maintenance");
            }
        }
    }

    private void CompareMachines(FleetSpec fleet)
    {
        var moves = steps.Where(s => !s.IsReboot).DistinctBy(s => s.Machine).ToDictionary(s => s.Machine!);
        foreach (var machine in fleet.Machines)
        {
            var found = parts.Records.Find(Kinds.Machine, machine.Name);
            var node = found is null ? null : JsonSerializer.Deserialize(found.Body, ServiceJson.Default.MachineBody)!.Node;
            if (found is null ? moves.ContainsKey(machine.Name) : node != machine.Host)
            {
                Add($"machine {machine.Name}", $"on {machine.Host}", found is null ? "not registered: PUT /v1/machines/{name}" : node is null ? "on no node" : $"on {node}");
            }
            else if (moves.TryGetValue(machine.Name, out var move))
            {
                CompareWay(machine, move);
            }
        }

        // Whoever came to a host that is to be empty since.
        var planned = fleet.Machines.Select(m => m.Name).ToHashSet();
        foreach (var host in state.Emptied)
        {
            foreach (var name in NodeMaintenance.MachinesOn(parts, host).Where(n => !planned.Contains(n)))
            {
                Add($"machine {name}", "not known", $"on {host}");
            }
        }
    }

    private void CompareWay(FleetMachine machine, PlanStep move)
    {
        try
        {
            Destinations.Resolve(parts, machine.Name, move.To!, machine.Sla, isShadow: true);
        }
        catch (RefusedException e)
        {
            Add($"machine {machine.Name}", $"can go to {move.To}", e.Message);
        }
    }

    private void CompareClasses(FleetSpec fleet)
    {
        var named = fleet.Machines.Select(m => m.Sla).OfType<string>().ToHashSet();
        foreach (var policy in inputs.Policies().Where(p => named.Contains(p.Name)))
        {
            if (parts.Policies.Find(policy.Name) is not { } now)
            {
                Add($"class {policy.Name}", "known", "not known");
            }
            else if (SlaPolicyJson.Write(now) is var text && text != SlaPolicyJson.Write(policy))
            {
                Add($"class {policy.Name}", SlaPolicyJson.Write(policy), text);
            }
        }
    }

    private void CompareWithOthers(IReadOnlyCollection<LivePlan> others)
    {
        var moved = steps.Select(s => s.Machine).OfType<string>().ToHashSet();
        foreach (var operation in parts.Records.ActiveOperations().Where(o => moved.Contains(o.Machine)))
        {
            Add($"machine {operation.Machine}", "moved by nobody", $"in the migration {operation.Id}");
        }

        foreach (var other in others)
        {
            foreach (var step in other.Steps.Where(s => !s.IsOver && s.Machine is not null && moved.Contains(s.Machine)))
            {
                Add($"machine {step.Machine}", "moved by nobody", $"to be moved by the plan {other.State.Id}");
            }
        }
    }
}
