using Google.OrTools.Sat;
using Planner.Policies;
using Planner.Tests;

namespace Planner.FleetBench;

/// <summary>Small plans with given targets against the best that CP-SAT finds.</summary>
internal static class GivenStudy
{
    private const int Plans = 50;
    private const double UnitsPerSecond = 10;

    public static void Run()
    {
        Console.WriteLine("machines   plans   of CP-SAT's best: mean, largest   of the bound, mean   CPU s a plan");
        foreach (var (machines, plans, limit) in ((int, int, double)[])[(10, Plans, 10), (30, 10, 20), (100, 3, 60)])
        {
            var (ratios, bounds, cpu) = (new List<double>(), new List<double>(), 0.0);
            for (var seed = 1UL; seed <= (ulong)plans; seed++)
            {
                var fleet = GeneratedFleets.Given(machines, seed);
                var (plan, seconds) = Measured.Plan(fleet);
                cpu += seconds;
                ratios.Add(Measured.Makespan(plan) / Best(fleet, plan, limit));
                bounds.Add(Measured.Makespan(plan) / plan.LowerBoundSeconds);
            }

            Console.WriteLine($"{machines,8} {plans,7} {ratios.Average(),20:0.0000}, {ratios.Max(),8:0.0000} {bounds.Average(),20:0.0000} {cpu / plans,14:0.00}");
        }
    }

    private static double Best(FleetSpec fleet, FleetPlan plan, double limitSeconds)
    {
        var model = new CpModel();
        var seconds = plan.Moves.Select(m => (long)Math.Round(m.P50Seconds * UnitsPerSecond)).ToArray();
        var horizon = seconds.Sum();
        var intervals = seconds.Select((s, i) => model.NewFixedSizeIntervalVar(model.NewIntVar(0, horizon, $"s{i}"), s, $"i{i}")).ToArray();
        foreach (var link in fleet.Links)
        {
            foreach (var pick in (Func<PlannedMove, string>[])[m => m.From, m => m.To])
            {
                var cumulative = model.AddCumulative((long)(link.BytesPerSecond / 1e3));
                for (var i = 0; i < intervals.Length; i++)
                {
                    if (pick(plan.Moves[i]) + "-port" == link.Name)
                    {
                        cumulative.AddDemand(intervals[i], (long)(plan.Moves[i].BytesPerSecond / 1e3));
                    }
                }
            }
        }

        var makespan = model.NewIntVar(0, horizon, "makespan");
        model.AddMaxEquality(makespan, intervals.Select(i => i.EndExpr()));
        model.Minimize(makespan);
        var solver = new CpSolver { StringParameters = $"num_workers:2,max_time_in_seconds:{limitSeconds}" };
        return solver.Solve(model) is CpSolverStatus.Optimal or CpSolverStatus.Feasible ? solver.ObjectiveValue / UnitsPerSecond : double.NaN;
    }
}
