using System.Text.Json;
using Planner.Documents;
using Planner.Measurements;
using Planner.Policies;
using Planner.Storage;

namespace Planner.Service;

/// <summary>Sums the fleet up: from what was registered, what is under way, and the ledger.</summary>
internal sealed class FleetOverview(ServiceParts parts)
{
    private const int MostMachines = 50_000;
    private const int Page = 1000;
    private const int LatestOperations = 1000;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Lately = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly DriftWatch _drift = new(parts);
    private byte[] _written = [];
    private DateTimeOffset _at = DateTimeOffset.MinValue;
    private long _number = -1;

    /// <summary>The overview as JSON; as long as nothing has changed it is at most some seconds old.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public byte[] Read()
    {
        lock (_gate)
        {
            var (now, number) = (parts.Now, parts.Records.EventNumbers().Last);
            if (number != _number || now - _at >= Fresh || now < _at)
            {
                _written = JsonSerializer.SerializeToUtf8Bytes(Make(now, number), ServiceJson.Default.FleetView);
                (_at, _number) = (now, number);
            }

            return _written;
        }
    }

    /// <summary>Sums the fleet up.</summary>
    public FleetView Make(DateTimeOffset now, long number)
    {
        var attempts = parts.Recent.Read();
        var past = attempts.GroupBy(a => a.Machine, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
        var moving = parts.Records.ActiveOperations().Select(parts.Migrations.View).ToList();
        var active = moving.GroupBy(o => o.Machine, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        var latest = parts.Records.ListOperations(null, DateTimeOffset.MaxValue, LatestOperations).Select(OperationRecords.Read)
            .GroupBy(o => o.Machine, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        var closed = parts.Policies.All.ToDictionary(p => p.Name, p => MaintenanceCalendar.FindClosed(p, now), StringComparer.Ordinal);
        List<MachineRow> machines =
        [
            .. All(Kinds.Machine).Select(r => RowOf(r.Name, JsonSerializer.Deserialize(r.Body, ServiceJson.Default.MachineBody)!, past.GetValueOrDefault(r.Name, []), active.GetValueOrDefault(r.Name), latest.GetValueOrDefault(r.Name), closed, now)),
        ];
        List<ClassRow> classes = [.. parts.Policies.All.Select(p => ClassOf(p, machines, attempts, now))];
        return new FleetView(now, number)
        {
            Findings = new Findings(parts, machines, classes, moving, _drift.Read(), now).All(),
            Moving = moving,
            Classes = classes,
            Hosts = HostsOf(machines),
            Machines = machines,
        };
    }

    private IEnumerable<StoredResource> All(string kind)
    {
        for (var (after, count) = ("", 0); count < MostMachines;)
        {
            var batch = parts.Records.List(kind, after, Page);
            foreach (var resource in batch)
            {
                yield return resource;
            }

            if (batch.Count < Page)
            {
                yield break;
            }

            (after, count) = (batch[^1].Name, count + batch.Count);
        }
    }

    private MachineRow RowOf(
        string name, MachineBody body, List<AttemptSummary> past, Operation? active, Operation? latest, Dictionary<string, MoveRefusal?> closed, DateTimeOffset now)
    {
        var last = past.LastOrDefault(a => a.IsPromised);
        var policy = parts.Policies.Select(body.LabelsOrNone) ?? (last is null ? null : parts.Policies.Find(last.SlaClass));
        var budget = policy?.ErrorBudget is { } allowed ? MachineBudget.Of(name, allowed, past, now) : null;
        var row = new MachineRow
        {
            Name = name,
            Node = body.Node,
            Sla = policy?.Name,
            State = "fine",
            LeftShare = budget is null ? null : budget.Remaining / budget.Budget.Blackout,
            LastEnded = last?.Ended,
            Migration = active?.Id ?? last?.Id,
        };
        if (active is not null)
        {
            return row with { State = active.State == Operation.Running ? "moving" : "queued", Reason = active.StatusDetail, Sla = active.Sla };
        }

        var change = latest is not null && latest.AttemptId == last?.Id ? latest.CheapestChange : null;
        return last is { Outcome: MigrationOutcome.NeedsPerson } ? row with { State = "needsPerson", Reason = last.Reason }
            : last is { IsViolation: true } && last.Ended > now - Lately ? row with { State = "overLimit", Reason = last.Reason }
            : policy is null ? row with { State = "noClass", Reason = "No SLA class selects it by its labels." }
            : MoveRefusal.Find(name, policy, past, now) is { } refusal ? row with { State = "held", Reason = refusal.Reason, Change = change ?? refusal.CheapestChange }
            : last is { HasMoved: false } && last.Ended > now - Lately ? row with { State = "stayed", Reason = last.Reason, Change = change }
            : closed[policy.Name] is { } window ? row with { State = "window", Reason = window.Reason, Change = window.CheapestChange }
            : row;
    }

    private static ClassRow ClassOf(SlaPolicy policy, List<MachineRow> machines, IReadOnlyList<AttemptSummary> attempts, DateTimeOffset now)
    {
        var budget = ClassBudget.Of(policy, attempts, now);
        var burning = BurnRate.Of(policy, attempts, now).Where(b => b.Verdict == BurnVerdict.Burns).ToList();
        var own = machines.Where(m => m.Sla == policy.Name).ToList();
        return new ClassRow(
            policy.Name, policy.BlackoutLimit.TotalSeconds, policy.Confidence, own.Count, own.Count(IsMoving), own.Count(IsHeld), budget.Paused, budget.Violations, Math.Round(budget.Left, 6), budget.LeftShare,
            burning.Any(b => b.Window.IsPage) ? "page" : burning.Count > 0 ? "ticket" : "quiet");
    }

    private IReadOnlyList<HostRow> HostsOf(List<MachineRow> machines)
    {
        var on = machines.Where(m => m.Node is not null).GroupBy(m => m.Node!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
        var registered = All(Kinds.Node).Select(n => n.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. registered.Union(on.Keys).Order(StringComparer.Ordinal).Select(name => (name, here: on.GetValueOrDefault(name, [])))
                .Select(h => new HostRow(h.name, registered.Contains(h.name), h.here.Count, h.here.Count(IsMoving), h.here.Count(IsHeld), h.here.Count(m => m.State is "needsPerson" or "overLimit"))),
        ];
    }

    private static bool IsMoving(MachineRow machine) => machine.State is "moving" or "queued";

    private static bool IsHeld(MachineRow machine) => machine.State is "held" or "stayed" or "window";
}
