using Google.OrTools.Sat;
using Planner.Policies;
using Planner.Tests;

namespace Planner.FleetBench;

/// <summary>Drains of up to 100 machines against the best that CP-SAT finds in a minute, with the targets free.</summary>
internal static class TargetStudy
{
    private const double UnitsPerSecond = 10;
    private const double LimitSeconds = 60;

    public static void Run()
    {
        Console.WriteLine("hosts   machines   ours, s   CP-SAT's best in 60 s   ours / best   bound, s");
        foreach (var (hosts, drained, seed) in ((int, int, ulong)[])[(12, 4, 1), (16, 5, 2)])
        {
            var fleet = GeneratedFleets.Drain(hosts, drained, 0.62, seed);
            var (plan, _) = Measured.Plan(fleet);
            var best = Best(fleet, plan);
            Console.WriteLine($"{hosts,5} {plan.Moves.Count,10} {Measured.Makespan(plan),9:0.0} {best,23:0.0} {Measured.Makespan(plan) / best,13:0.0000} {plan.LowerBoundSeconds,10:0.0}");
        }
    }

    private static double Best(FleetSpec fleet, FleetPlan plan)
    {
        var model = new CpModel();
        var memory = fleet.Machines.ToDictionary(m => m.Name, m => m.MemoryBytes >> 20);
        var free = fleet.Hosts.ToDictionary(h => h.Name, h => (h.MemoryBytes >> 20) - fleet.Machines.Where(m => m.Host == h.Name).Sum(m => m.MemoryBytes >> 20));
        var targets = fleet.Hosts.Select(h => h.Name).Except(fleet.Task.Drain).ToList();
        var seconds = plan.Moves.Select(m => (long)Math.Round(m.P50Seconds * UnitsPerSecond)).ToArray();
        var horizon = (long)(Measured.Makespan(plan) * UnitsPerSecond * 2);
        var (outOf, into, ends, onto) = (new Dictionary<string, List<IntervalVar>>(), new Dictionary<string, List<IntervalVar>>(), new List<LinearExpr>(), new Dictionary<string, List<(BoolVar, long)>>());
        for (var i = 0; i < seconds.Length; i++)
        {
            var start = model.NewIntVar(0, horizon, $"s{i}");
            var all = model.NewFixedSizeIntervalVar(start, seconds[i], $"i{i}");
            Of(outOf, plan.Moves[i].From).Add(all);
            ends.Add(all.EndExpr());
            var chosen = new List<BoolVar>();
            foreach (var to in targets)
            {
                var goes = model.NewBoolVar($"x{i}{to}");
                chosen.Add(goes);
                Of(into, to).Add(model.NewOptionalFixedSizeIntervalVar(start, seconds[i], goes, $"o{i}{to}"));
                Of(onto, to).Add((goes, memory[plan.Moves[i].Machine]));
            }

            model.AddExactlyOne(chosen);
        }

        foreach (var port in outOf.Values.Concat(into.Values))
        {
            model.AddNoOverlap(port);
        }

        foreach (var (to, machines) in onto)
        {
            model.Add(LinearExpr.WeightedSum(machines.Select(m => m.Item1), machines.Select(m => m.Item2)) <= free[to]);
        }

        var makespan = model.NewIntVar(0, horizon, "makespan");
        model.AddMaxEquality(makespan, ends);
        model.Minimize(makespan);
        var solver = new CpSolver { StringParameters = $"num_workers:2,max_time_in_seconds:{LimitSeconds}" };
        return solver.Solve(model) is CpSolverStatus.Optimal or CpSolverStatus.Feasible ? solver.ObjectiveValue / UnitsPerSecond : double.NaN;
    }

    private static List<T> Of<T>(Dictionary<string, List<T>> all, string key) => all.TryGetValue(key, out var own) ? own : all[key] = [];
}
