using System.Text.Json;
using Planner.Fleet;
using Planner.Measurements;

namespace Planner.Service;

/// <summary>Reads what is on a node at this moment: what is registered, what is on the way, and what its agent finds there; where it has none, of machines with a monitor that were or are to be there,
/// whether a guest is.</summary>
internal sealed class HostReader(ServiceParts parts)
{
    private const int AtOnce = 8;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>The present moment on the clock of readings, in seconds.</summary>
    public double Seconds => parts.Clock.GetElapsedTime(0).TotalSeconds;

    /// <summary>Reads a node.</summary>
    public async Task<HostReading> ReadAsync(string node, CancellationToken cancel)
    {
        var at = Seconds;
        var isCordoned = NodeMaintenance.Of(parts, node) is not null;
        var isByAgent = parts.AgentBook.HasAgent(node);
        var inventory = isByAgent ? parts.Agents.Find(node)?.Inventory : null;
        var found = isByAgent ? [] : await AskMonitorsAsync(node, cancel).ConfigureAwait(false);

        // Migrations before the register: one that ends meanwhile is seen in one of the two.
        var active = parts.Records.ActiveOperations().Select(OperationRecords.Read).Where(o => !o.Shadow).ToList();
        var machines = NodeMaintenance.MachinesOn(parts, node).Concat(active.Where(o => o.SourceNode == node).Select(o => o.Machine)).Concat(found.Where(f => f.IsThere == true).Select(f => f.Machine))
            .Concat(inventory?.Machines.Select(m => m.Name.Length > 0 ? m.Name : $"process {m.Process}") ?? []);
        return new HostReading(
            node,
            at,
            isByAgent ? inventory is { IsWhole: true } : found.All(f => f.IsThere is not null),
            isCordoned && NodeMaintenance.Of(parts, node) is not null,
            [.. machines.Distinct()],
            [.. active.Where(o => o.DestinationNode == node).Select(o => o.Machine)]);
    }

    private async Task<IReadOnlyList<(string Machine, bool? IsThere)>> AskMonitorsAsync(string node, CancellationToken cancel)
    {
        var asked = new List<(string Machine, string Address)>();
        foreach (var name in NodeMaintenance.MachinesReadyAt(parts, node))
        {
            if (parts.Records.Find(Kinds.Machine, name) is { } found && JsonSerializer.Deserialize(found.Body, ServiceJson.Default.MachineBody) is { Target: not null } machine && machine.Node != node)
            {
                asked.Add((name, machine.StartDestination!.ReadyAt![node]));
            }
        }

        var answers = new (string, bool?)[asked.Count];
        await Parallel.ForAsync(0, asked.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (i, stop) =>
            answers[i] = (asked[i].Machine, await IsThereAsync(asked[i].Address, stop).ConfigureAwait(false))).ConfigureAwait(false);
        return answers;
    }

    /// <returns>Null if nobody can tell.</returns>
    private async Task<bool?> IsThereAsync(string address, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Limit);
        try
        {
            await using var monitor = await parts.Drivers.OpenHypervisorToLookAsync(address, limit.Token).ConfigureAwait(false);
            return (await monitor.ReportAsync(Limit, limit.Token).ConfigureAwait(false)).Guest switch
            {
                GuestRunState.Incoming or GuestRunState.Migrated or GuestRunState.Over => false,
                GuestRunState.Unknown => null,
                _ => true,
            };
        }
        catch (HypervisorException e) when (e.Fault == HypervisorFault.NotFound)
        {
            return false;
        }
        catch (Exception e) when (e is HypervisorException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return null;
        }
    }
}
