using Planner.Tests;

namespace Planner.FleetBench;

/// <summary>Rolling waves beside random greedy and one host at a time.</summary>
internal static class WaveStudy
{
    public static void Run()
    {
        foreach (var (hosts, fill, seed) in ((int, double, ulong)[])[(200, 0.7, 1), (200, 0.7, 2), (200, 0.6, 1), (200, 0.8, 1), (1000, 0.7, 1)])
        {
            var fleet = GeneratedFleets.Upgrade(hosts, fill, seed);
            var greedy = GreedyWaves.Run(fleet, seed);
            var serial = hosts * fleet.Task.Reboot.TotalSeconds + fleet.Machines.Sum(m => m.MemoryBytes) / 1.25e9;
            var (plan, seconds) = Measured.Plan(fleet, replications: 200);
            Console.WriteLine($"{hosts} hosts, {fleet.Machines.Count} machines, fill {fill}: greedy {greedy.Seconds:0} s, {greedy.MovesPerMachine:0.000} moves; one at a time {serial:0} s; bound {plan.LowerBoundSeconds:0} s; {plan.Blocked.Count} blocked; {seconds:0.00} CPU s");
            foreach (var choice in plan.Choices)
            {
                Console.WriteLine($"  {(choice.IsChosen ? '>' : ' ')} {choice.MakespanP50Seconds,7:0} s {choice.MovesPerMachine:0.000} (most {choice.MostMovesOfAMachine}), {choice.MostHostsAway} away, {choice.MakespanP50Seconds / greedy.Seconds:0.00} of greedy: {choice.Name}");
            }

            if (hosts <= 200 && PlanChecker.Problems(fleet with { Links = [] }, plan) is [var problem, ..])
            {
                Console.WriteLine($"  BROKEN: {problem}");
            }
        }
    }
}
