using Planner.Documents;
using Planner.Fleet;
using Planner.Tests;

namespace Planner.FleetBench;

/// <summary>How long it takes to plan anew after an overrun, in a fleet of 20,000 machines.</summary>
internal static class ReplanStudy
{
    private const int Replans = 200;

    public static void Run()
    {
        var fleet = GeneratedFleets.Drain(1000, 250, 0.7, 1);
        var planner = new FleetPlanner(fleet, BuiltInPolicies.All, Measured.NoDevices);
        var plan = planner.Plan(new PlanOptions(1, 1));
        var times = new List<double>();
        for (var i = 0; i < Replans; i++)
        {
            var now = Measured.Makespan(plan) * i / Replans;
            var done = plan.Moves.Where(m => m.StartSeconds + m.P50Seconds <= now).Select(m => m.Machine).ToList();
            var running = plan.Moves.Where(m => m.StartSeconds <= now && m.StartSeconds + m.P50Seconds > now).ToDictionary(m => m.Machine, m => m.StartSeconds + m.P50Seconds * (1 + i % 3));
            var (again, seconds) = Measured.Time(() => planner.Replan(plan, new PlanProgress(now, done, running), new PlanOptions(1, 20)));
            times.Add(seconds);
            if (again.Moves.Count != plan.Moves.Count - done.Count)
            {
                Console.WriteLine("BROKEN: a move is lost or made twice");
            }
        }

        times.Sort();
        Console.WriteLine($"{fleet.Machines.Count} machines, {plan.Moves.Count} moves, 20 replications: P50 {times[Replans / 2]:0.000} s, P99 {times[Replans * 99 / 100 - 1]:0.000} s, longest {times[^1]:0.000} s of CPU time");
    }
}
