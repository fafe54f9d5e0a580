using Planner.Tests;

namespace Planner.FleetBench;

/// <summary>How the work grows with the fleet.</summary>
internal static class SizeStudy
{
    public static void Run()
    {
        Measured.Plan(GeneratedFleets.Drain(40, 10, 0.7, 1));
        Console.WriteLine("hosts   machines   moves   plan, CPU s   with 1,000 replications   / (n log2 n), us");
        foreach (var hosts in (int[])[250, 500, 1000, 2000, 5000])
        {
            var fleet = GeneratedFleets.Drain(hosts, hosts / 4, 0.7, 1);
            var (plan, seconds) = Measured.Plan(fleet);
            var replayed = hosts <= 1000 ? Measured.Plan(fleet, 1000).CpuSeconds : double.NaN;
            Console.WriteLine($"{hosts,5} {fleet.Machines.Count,10} {plan.Moves.Count,7} {seconds,13:0.00} {replayed,25:0.00} {seconds * 1e6 / (plan.Moves.Count * Math.Log2(plan.Moves.Count)),18:0.00}   {Measured.Makespan(plan) / plan.LowerBoundSeconds:0.0000} of the bound, {plan.Blocked.Count} blocked");
        }
    }
}
