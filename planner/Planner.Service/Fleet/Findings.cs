using Planner.Measurements;

namespace Planner.Service;

/// <summary>What is wrong and what to do about it, the worst first: the first thing that an operator reads.</summary>
internal sealed class Findings(
    ServiceParts parts, IReadOnlyList<MachineRow> machines, IReadOnlyList<ClassRow> classes, IReadOnlyList<Operation> moving, IReadOnlyList<ArcAlarm> alarms, DateTimeOffset now)
{
    private const int MostNamed = 5;
    private static readonly string[] Severities = ["critical", "serious", "warning", "notice"];
    private static readonly TimeSpan LongWait = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Silent = TimeSpan.FromSeconds(10);

    /// <summary>All of them.</summary>
    public IReadOnlyList<Finding> All() =>
        [.. new[] { OfService(), OfPersons(), OfClasses(), OfViolations(), OfMoving(), OfArcs(), OfHeld() }.SelectMany(f => f).OrderBy(f => Array.IndexOf(Severities, f.Severity))];

    private IEnumerable<Finding> OfService()
    {
        if (parts.Samples.Trouble is { } trouble)
        {
            yield return new Finding("critical", "Measurements cannot be kept.", trouble, $"Make room on the disk of the store; {parts.Samples.Waiting} batches wait, {parts.Samples.Lost} were lost.", "#/ledger");
        }
    }

    private IEnumerable<Finding> OfPersons()
    {
        var waiting = machines.Where(m => m.State == "needsPerson").ToList();
        foreach (var machine in waiting.Take(MostNamed))
        {
            yield return new Finding("critical", $"{machine.Name} needs a person.", machine.Reason, "Look at both sides, put right what its last attempt names, and run 'planner recover' on its host.", MachineLink(machine.Name));
        }

        if (waiting.Count > MostNamed)
        {
            yield return new Finding("critical", $"{waiting.Count - MostNamed} more machines need a person.", null, "Look at each of them: their last attempts say what is wrong.", "#/fleet?state=needsPerson");
        }
    }

    private IEnumerable<Finding> OfClasses()
    {
        foreach (var sla in classes.Where(c => c.Paused > 0))
        {
            var share = $"{sla.Violations} of {sla.Paused} pauses were over {Quantity.Format(TimeSpan.FromSeconds(sla.LimitSeconds))}, where {(1 - sla.Confidence) * 100:0.##} % may be.";
            if (sla.Burning == "page")
            {
                yield return new Finding("critical", $"Class {sla.Sla} misses its promise faster than its budget allows.", share, $"Stop what moves machines of {sla.Sla}, and look at what was different in the attempts that missed.", LedgerLink(sla.Sla));
            }
            else if (sla.Left < 0)
            {
                yield return new Finding("serious", $"Class {sla.Sla} has not kept its promise.", share, $"See on the page of calibration which machines miss; give them another class, or {sla.Sla} a longer limit.", $"#/calibration?sla={Uri.EscapeDataString(sla.Sla)}");
            }
            else if (sla.Burning == "ticket")
            {
                yield return new Finding("warning", $"Class {sla.Sla} will use up its budget before its period ends.", share, "Look at the attempts that missed before the budget is gone.", LedgerLink(sla.Sla));
            }
        }
    }

    private IEnumerable<Finding> OfViolations()
    {
        var over = machines.Where(m => m.State == "overLimit").ToList();
        if (over.Count > 0)
        {
            yield return new Finding("serious", $"{Named(over)} paused longer than promised in the last day.", over.Count == 1 ? over[0].Reason : null, "Open the last attempt: it shows which term took longer than predicted.", over.Count == 1 ? MachineLink(over[0].Name) : "#/fleet?state=overLimit");
        }
    }

    private IEnumerable<Finding> OfMoving()
    {
        foreach (var silent in moving.Where(o => o.State == Operation.Running && now - o.HeartbeatTime > Silent).Take(MostNamed))
        {
            yield return new Finding("serious", $"The migration of {silent.Machine} has not been heard of since {silent.HeartbeatTime.UtcDateTime:HH:mm:ss} UTC.", null, "See whether the service that carries it out still runs.", MigrationLink(silent.Id));
        }

        foreach (var stuck in moving.Where(o => o.StatusDetail?.StartsWith("stuck", StringComparison.Ordinal) == true || o.StatusDetail?.StartsWith("slow", StringComparison.Ordinal) == true).Take(MostNamed))
        {
            yield return new Finding("warning", $"The migration of {stuck.Machine} takes long.", $"It is {stuck.StatusDetail}", "Watch it; it can be cancelled as long as it is before its commit point.", MigrationLink(stuck.Id));
        }

        if (moving.Where(o => o.State == Operation.Queued && now - o.CreateTime > LongWait).ToList() is { Count: > 0 } waiting)
        {
            yield return new Finding("notice", $"{Counted(waiting.Count, "migration has", "migrations have")} waited for more than {Quantity.Format(LongWait)}.", waiting[0].StatusDetail, "Wait, or cancel what is under way on the same nodes and links.", "#/migrations");
        }
    }

    private IEnumerable<Finding> OfArcs() => alarms.Take(MostNamed).Select(a => new Finding(
        "warning", $"{a.From}->{a.To} of {a.Class} has become slower.",
        $"On the median it takes {Quantity.Format(TimeSpan.FromSeconds(a.NowP50Seconds))}, and took {Quantity.Format(TimeSpan.FromSeconds(a.BeforeP50Seconds))} before.",
        "Ask what changed on those hosts (firmware, load). Bounds widen by themselves; machines may stay because of it.", $"#/devices?class={Uri.EscapeDataString(a.Class)}&arc={Uri.EscapeDataString($"{a.From}->{a.To}")}"));

    private IEnumerable<Finding> OfHeld()
    {
        foreach (var group in machines.Where(m => m.State is "held" or "stayed").GroupBy(m => m.Sla).OrderByDescending(g => g.Count()))
        {
            var held = group.ToList();
            var change = held.Where(m => m.Change is not null).GroupBy(m => m.Change!).OrderByDescending(g => g.Count()).FirstOrDefault();
            yield return new Finding(
                "warning",
                held.Count == 1 ? $"{held[0].Name} does not move." : $"{Named(held)} of class {group.Key} do not move.",
                held.Count == 1 ? held[0].Reason : $"{held[0].Name}: {held[0].Reason}",
                change is null ? "Open the machine: its last decision says what would let it move." : $"The cheapest change{(held.Count > 1 ? $" for {change.Count()} of them" : "")}: {change.Key}.",
                held.Count == 1 ? MachineLink(held[0].Name) : $"#/fleet?state=still&sla={Uri.EscapeDataString(group.Key ?? "")}");
        }

        if (machines.Where(m => m.State == "noClass").ToList() is { Count: > 0 } without)
        {
            yield return new Finding("notice", $"No SLA class selects {Named(without)}.", null, "Give them labels that a class selects, or name the class with each migration.", "#/fleet?state=noClass");
        }
    }

    private static string Named(List<MachineRow> some) =>
        some.Count <= 3 ? string.Join(", ", some.Select(m => m.Name)) : $"{some[0].Name}, {some[1].Name} and {some.Count - 2} more machines";

    private static string Counted(int count, string one, string many) => $"{count} {(count == 1 ? one : many)}";

    private static string MachineLink(string name) => $"#/machines/{Uri.EscapeDataString(name)}";

    private static string MigrationLink(string id) => $"#/migrations/{Uri.EscapeDataString(id)}";

    private static string LedgerLink(string sla) => $"#/ledger?sla={Uri.EscapeDataString(sla)}";
}
