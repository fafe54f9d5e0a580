using Planner.Documents;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;

namespace Planner.Service;

/// <summary>Says what would come of a migration: the decision that it would begin with, when it may begin, and what else uses its nodes and links.</summary>
internal sealed class Forecasts(ServiceParts parts)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Asks. Devices and monitors are opened and closed again; nothing is changed.</summary>
    /// <exception cref="RefusedException">A name is not known.</exception>
    public async Task<ForecastAnswer> AskAsync(ForecastBody body, CancellationToken cancel)
    {
        // A shadow run is not kept from anything by the machine's past, which is told apart.
        var resolved = Destinations.Resolve(parts, body.Machine, body.Destination, body.Sla, isShadow: true);
        var (policy, now) = (resolved.Policy, parts.Now);
        var answer = new ForecastAnswer { Machine = body.Machine, Destination = body.Destination, Sla = policy.Name, Feasible = "unknown", Reason = "", EarliestStart = now };
        var use = UseOf(resolved);
        var (sharing, onLink) = Sharing(use);
        answer = answer with
        {
            SharesWith = sharing,
            LinkShare = 1.0 / (1 + onLink),
            WaitsFor = Admission.FindWait([.. parts.Migrations.Live.Select(l => l.Use)], use, parts.Options.MostPerNode, parts.Options.MostPerLink),
            WindowCloses = policy.MaintenanceWindows.Max(w => w.ClosesAfter(now)),
            DurationSeconds = DurationOf(body.Machine, policy, onLink),
        };
        var (decision, unknown) = await DecideAsync(resolved, cancel).ConfigureAwait(false);
        answer = decision is null
            ? answer with { Reason = unknown! }
            : answer with
            {
                Decision = decision,
                Feasible = decision.Verdict is "commit" or "throttle" ? "yes" : "no",
                Reason = decision.Reason,
                CheapestChange = decision.WouldCommitIf is [var change, ..] ? change : null,
            };
        var refusal = MaintenanceCalendar.FindClosed(policy, now)
            ?? MoveRefusal.Find(body.Machine, policy, parts.Samples.ReadSummaries(body.Machine, now - MoveRefusal.Memory(policy)), now);
        return refusal is null ? answer : answer with
        {
            EarliestStart = refusal.Until,
            Reason = $"{Problems.Sentence(answer.Reason)} Not now: {refusal.Reason}",
            CheapestChange = answer.Feasible == "yes" ? refusal.CheapestChange : answer.CheapestChange ?? refusal.CheapestChange,
        };
    }

    private async Task<(ExplainedDecision? Decision, string? Unknown)> DecideAsync(Destinations.Resolved resolved, CancellationToken cancel)
    {
        if (resolved.Command is { } command)
        {
            return (null, $"The destination is made by the command '{command}' when the migration begins, and cannot be asked before.");
        }

        if (parts.AgentBook.HasAgent(resolved.Machine.Node))
        {
            return (null, $"The agent of {resolved.Machine.Node} decides when the migration begins, and is not asked before: a shadow migration tells.");
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Limit);
        try
        {
            var targets = MigrationTargets.Parse(resolved.Order, parts.Drivers);
            var services = parts.Options.Sessions with { Store = parts.Samples, Models = parts.Samples, Journal = null };
            await using var prepared = await PreparedMigration.OpenAsync(targets, services, parts.Options.JournalPlaces, limit.Token).ConfigureAwait(false);
            return await MigrationForecast.AskAsync(prepared, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OrderRefusedException { Fault: OrderFault.Stayed } or DeviceException or HypervisorException)
        {
            return (null, Problems.Sentence(e.Message));
        }
    }

    private Admission.Use UseOf(Destinations.Resolved resolved)
    {
        string[] nodes = [.. new[] { resolved.Machine.Node, resolved.Node }.OfType<string>().Distinct()];
        return new Admission.Use(nodes, [.. nodes.SelectMany(n => Destinations.LinksOf(parts, n)).Distinct()]);
    }

    /// <returns>The migrations that share nodes or links, and how many of them cross the same link.</returns>
    private (IReadOnlyList<string> All, int OnLink) Sharing(Admission.Use use)
    {
        var live = parts.Migrations.Live;
        return ([.. live.Where(l => l.Use.Nodes.Intersect(use.Nodes).Any() || l.Use.Links.Intersect(use.Links).Any()).Select(l => l.Operation.Id)], live.Count(l => l.Use.Links.Intersect(use.Links).Any()));
    }

    // Alone it takes what it took; if all that cross its link now go on as long, it has its share of the link alone.
    private EtaSeconds? DurationOf(string machine, SlaPolicy policy, int onLink) => Alone(machine, policy) is { } alone ? alone with { P95 = alone.P95 * (1 + onLink) } : null;

    private EtaSeconds? Alone(string machine, SlaPolicy policy) => new MigrationEta(
        parts.Samples.ReadSummaries(machine, parts.Now - ClassBudget.UsualPeriod).Where(a => a.IsPromised && a.HasMoved).Select(a => (a.Ended - a.Started).TotalSeconds),
        policy.CompleteWithin?.TotalSeconds).At(0);
}
