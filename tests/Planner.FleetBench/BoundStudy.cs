using Planner.Policies;
using Planner.Tests;

namespace Planner.FleetBench;

/// <summary>How near drains come to the lower bound.</summary>
internal static class BoundStudy
{
    public static void Run()
    {
        Console.WriteLine("case                                                         moves   of the bound   blocked   CPU s");
        foreach (var (name, hosts, drained, fill, perRack, over) in ((string, int, int, double, int, double)[])
        [
            ("60 hosts, drain 6", 60, 6, 0.7, 0, 1), ("1,000 hosts, drain 250", 1000, 250, 0.7, 0, 1), ("1,000 hosts, drain 500", 1000, 500, 0.45, 0, 1),
            ("25 racks of 40, drain 6 racks, 2:1", 1000, 240, 0.7, 40, 2), ("the same, 4:1", 1000, 240, 0.7, 40, 4), ("the same, 8:1", 1000, 240, 0.7, 40, 8),
            ("50 racks, drain 12, 4:1", 2000, 480, 0.7, 40, 4), ("25 racks, drain 30 hosts of the first, 4:1", 1000, 30, 0.7, 40, 4),
        ])
        {
            foreach (var (fleet, with) in ((FleetSpec, string)[])[(GeneratedFleets.Drain(hosts, drained, fill, 7, perRack, over), ""), (GeneratedFleets.WithDevicesAndGroups(GeneratedFleets.Drain(hosts, drained, fill, 7, perRack, over)), ", devices, groups")])
            {
                Say(name + with, fleet, hosts);
            }
        }
    }

    private static void Say(string name, FleetSpec fleet, int hosts)
    {
        var (plan, seconds) = Measured.Plan(fleet);

        // The checker looks at every link for every move: in large fleets at the hosts alone.
        var problem = PlanChecker.Problems(fleet with { Links = hosts > 100 ? [] : fleet.Links }, plan).FirstOrDefault();
        Console.WriteLine($"{name,-60} {plan.Moves.Count,5} {Measured.Makespan(plan) / plan.LowerBoundSeconds,12:0.0000} {plan.Blocked.Count,8} {seconds,9:0.00}{(problem is null ? "" : "  BROKEN: " + problem)}");
    }
}
