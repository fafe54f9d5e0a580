using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Planner.Documents;
using Planner.Estimators;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Service;

/// <summary>The ledger: attempts, budgets, whether promises were kept, and how long arcs take.</summary>
internal static class LedgerApi
{
    private const int MostMachines = 1000;
    private const int LongestSearch = 200;
    private const double Error = 0.05;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/attempts", (HttpContext http, ServiceParts parts) => Results.Json(Attempts(http, parts), ServiceJson.Default.PageAttemptReport))
            .Produces<Page<AttemptReport>>().WithSummary("Every attempt, the latest first: ?machine, ?sla, ?outcome, ?search, ?limit, ?after.").Takes("machine", "sla", "outcome", "search", "limit", "after").Needs(Scope.Read);
        api.MapGet("/attempts/{id}", (ServiceParts parts, string id) => Results.Json(
                AttemptReport.From(parts.Samples.FindAttempt(id) ?? throw new RefusedException(404, $"There is no attempt '{id}', or more than one begins like this."), isExplained: true),
                ServiceJson.Default.AttemptReport))
            .Produces<AttemptReport>().WithSummary("One attempt: who, why and from which inputs. Its decisions are made again from what was recorded.").Needs(Scope.Read);
        api.MapGet("/budgets", (HttpContext http, ServiceParts parts) => Results.Json(BudgetsOf(parts, Query(http, "machine")), ServiceJson.Default.Budgets))
            .Produces<Budgets>().WithSummary("What is left of the misses of each class and of the seconds of each machine: ?machine.").Takes("machine").Needs(Scope.Read);
        api.MapGet("/calibration", (ServiceParts parts) => Results.Json(CalibrationOf(parts), ServiceJson.Default.IReadOnlyListCalibration))
            .Produces<IReadOnlyList<Calibration>>().WithSummary("Is 99 % really 99 %? In the last 30 days.").Needs(Scope.Read);
        api.MapGet("/arcs", (HttpContext http, ServiceParts parts) => Results.Json(Arcs(http, parts), ServiceJson.Default.IReadOnlyListArcView))
            .Produces<IReadOnlyList<ArcView>>().WithSummary("How long the arcs of device classes take, and which have become slower: ?class.").Takes("class").Needs(Scope.Read);
        api.MapGet("/arcs/series", (HttpContext http, ServiceParts parts) => Results.Json(Series(http, parts), ServiceJson.Default.ArcSeries))
            .Produces<ArcSeries>().WithSummary("The latest 1,000 samples of an arc, oldest first: ?class, ?from, ?to.").Takes("class", "from", "to").Needs(Scope.Read);
    }

    private static ArcSeries Series(HttpContext http, ServiceParts parts)
    {
        var (deviceClass, from, to) = (Query(http, "class"), Query(http, "from"), Query(http, "to"));
        if (deviceClass is null || from is null || to is null)
        {
            throw new RefusedException(StatusCodes.Status400BadRequest, "'class', 'from' and 'to' name an arc, such as class=sim/fast-nic/1.0&from=RESUMING&to=STOP: give all three.");
        }

        var found = parts.Samples.ReadArcs(deviceClass, DriftWatch.Samples).Where(s => s.Arc.From.Name() == from && s.Arc.To.Name() == to).ToList();
        return new ArcSeries(
            deviceClass, from, to, found.Count > 0 ? DriftWatch.Find(deviceClass, found[0].Arc, found) : null,
            [.. found.Select(s => new ArcPoint(s.At, s.Duration.TotalSeconds, s.Device, s.Origin?.Host, s.Origin?.Machine, s.Origin?.Attempt))]);
    }

    private static string? Query(HttpContext http, string name) => http.Request.Query[name] is [{ } text] ? text : null;

    private static Page<AttemptReport> Attempts(HttpContext http, ServiceParts parts)
    {
        var size = http.PageSize();
        var filter = new AttemptFilter(Query(http, "machine"), Query(http, "sla"), size + 1) { Before = MigrationsApi.Time(http, "after"), Outcome = Outcome(http), Search = Search(http) };
        var found = parts.Samples.ReadAttempts(filter).Reverse().ToList();
        return new Page<AttemptReport>([.. found.Take(size).Select(a => AttemptReport.From(a, isExplained: false))], found.Count > size ? found[size - 1].Ended.ToString("O") : null);
    }

    private static MigrationOutcome? Outcome(HttpContext http) => Query(http, "outcome") is not { Length: > 0 } text ? null
        : Enum.GetValues<MigrationOutcome>().Where(o => AttemptReport.Word(o) == text).Select(o => (MigrationOutcome?)o).FirstOrDefault()
            ?? throw new RefusedException(StatusCodes.Status400BadRequest, $"'outcome' is '{text}'; expected is one of {string.Join(", ", Enum.GetValues<MigrationOutcome>().Select(AttemptReport.Word))}.");

    private static string? Search(HttpContext http) => Query(http, "search") is not { Length: > 0 } text ? null
        : text.Length <= LongestSearch ? text
        : throw new RefusedException(StatusCodes.Status400BadRequest, $"'search' has {text.Length} characters; at most {LongestSearch} are searched for.");

    /// <summary>What is left of the misses of each class and of the seconds of each machine, or of one.</summary>
    public static Budgets BudgetsOf(ServiceParts parts, string? machine)
    {
        var (now, policies) = (parts.Now, parts.Policies.All);
        var attempts = parts.Recent.Read();
        return new Budgets(
            [.. policies.Select(p => ClassOf(p, attempts, now))],
            [
                .. attempts.Where(a => a.WasPaused && (machine is null || a.Machine == machine)).GroupBy(a => a.Machine, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
                    .SelectMany(g => MachineOf(g.Key, policies.FirstOrDefault(p => p.Name == g.Last().SlaClass), [.. g], now)).Take(MostMachines),
            ]);
    }

    private static ClassBudgetView ClassOf(SlaPolicy policy, IReadOnlyList<AttemptSummary> attempts, DateTimeOffset now)
    {
        var budget = ClassBudget.Of(policy, attempts, now);
        var (soonest, latest) = budget.Exhaustion(BurnCount.Of(policy.Name, attempts, now, TimeSpan.FromDays(1)));
        return new ClassBudgetView(policy.Name, budget.Per.TotalSeconds, Math.Round(budget.AllowedShare, 12), budget.Paused, budget.Violations, budget.Left, budget.LeftShare)
        {
            Burn =
            [
                .. BurnRate.Of(policy, attempts, now).Select(b => new BurnView(
                    b.Window.IsPage ? "page" : "ticket", b.Window.Long.TotalSeconds, b.Window.Short.TotalSeconds, b.Window.Factor, b.Rate, AttemptReport.Word(b.Verdict))),
            ],
            ExhaustedIn = new ExhaustionSeconds(soonest?.TotalSeconds, latest?.TotalSeconds),
        };
    }

    private static IEnumerable<MachineBudgetView> MachineOf(string machine, SlaPolicy? policy, IReadOnlyList<AttemptSummary> attempts, DateTimeOffset now)
    {
        if (policy?.ErrorBudget is { } budget && MachineBudget.Of(machine, budget, attempts, now) is { Attempts: > 0 } used)
        {
            yield return new MachineBudgetView(
                machine, policy.Name, budget.Blackout.TotalSeconds, budget.Per.TotalSeconds, used.Spent.TotalSeconds, used.Remaining.TotalSeconds, used.Attempts, used.ComesBack);
        }
    }

    /// <summary>How promises were kept in the last 30 days.</summary>
    public static IReadOnlyList<Calibration> CalibrationOf(ServiceParts parts)
    {
        var since = parts.Now - ClassBudget.UsualPeriod;
        var attempts = parts.Recent.Read().Where(a => a.Ended >= since).ToList();
        return [.. parts.Policies.All.Select(policy =>
        {
            var own = attempts.Where(a => a.SlaClass == policy.Name && a.IsPromised).ToList();
            var paused = own.Where(a => a.WasPaused).ToList();
            var violations = paused.Count(a => a.IsViolation);
            var bounded = paused.Where(IsBounded).ToList();
            return new Calibration(policy.Name, policy.Confidence, own.Count, paused.Count, violations, paused.Count > 0 ? 1 - (violations / (double)paused.Count) : null)
            {
                KeptShareLow = 1 - BinomialLimits.UpperLimit(violations, paused.Count, Error / 2),
                KeptShareHigh = 1 - BinomialLimits.LowerLimit(violations, paused.Count, Error / 2),
                Bounds = bounded.Count,
                BoundsMissed = bounded.Count(IsBoundMissed),
                Days =
                [
                    .. paused.GroupBy(a => DateOnly.FromDateTime(a.Ended.UtcDateTime)).OrderBy(g => g.Key)
                        .Select(g => new DayMisses(g.Key, g.Count(), g.Count(a => a.IsViolation), g.Count(IsBounded), g.Count(a => IsBounded(a) && IsBoundMissed(a)))),
                ],
                Machines =
                [
                    .. paused.GroupBy(a => a.Machine, StringComparer.Ordinal).Select(g => new MachineMisses(g.Key, g.Count(), g.Count(a => a.IsViolation)))
                        .Where(m => m.Violations > 0).OrderByDescending(m => m.Violations / (double)m.Paused).ThenBy(m => m.Machine, StringComparer.Ordinal).Take(MostMachines),
                ],
            };
        })];
    }

    private static bool IsBounded(AttemptSummary attempt) => attempt.HasMoved && attempt.Bound is not null;

    private static bool IsBoundMissed(AttemptSummary attempt) => attempt.PausedAtMost > attempt.Bound;

    private static IReadOnlyList<ArcView> Arcs(HttpContext http, ServiceParts parts) =>
    [
        .. (Query(http, "class") is { } named ? [named] : parts.Records.DeviceClasses()).SelectMany(deviceClass => parts.Samples.ReadArcs(deviceClass, DriftWatch.Samples)
            .GroupBy(s => s.Arc).OrderBy(g => g.Key.From).ThenBy(g => g.Key.To)
            .Select(g =>
            {
                double[] sorted = [.. g.Select(s => s.Duration.TotalSeconds).Order()];
                var bound = OrderStatistics.UpperBound(sorted, 0.01, Error);
                return new ArcView(deviceClass, g.Key.From.Name(), g.Key.To.Name(), sorted.Length, SortedSamples.Median(sorted), double.IsFinite(bound) ? bound : null, sorted[^1], DriftWatch.Find(deviceClass, g.Key, [.. g]));
            })),
    ];
}
