using Planner.Tests;

namespace Planner.FleetBench;

/// <summary>Whether every machine finds a place where a placement was planted.</summary>
internal static class PackingStudy
{
    private static readonly (string Name, Func<double, double> GiB)[] Sizes =
    [
        ("4 to 64 GiB in powers", u => 4 << (int)(u * 5)),
        ("any size, 4 to 64 GiB", u => 4 + 60 * u),
        ("large, 40 to 110 GiB", u => 40 + 70 * u),
        ("small, 1 to 8 GiB", u => 1 + 7 * u),
    ];

    public static void Run()
    {
        Console.WriteLine("sizes                             hosts   final fill   machines   without a place   CPU s");
        foreach (var (name, gib) in Sizes)
        {
            foreach (var fill in (double[])[0.90, 0.95, 0.97])
            {
                foreach (var (hosts, withVCpus) in ((int, bool)[])[(20, false), (750, false), (20, true), (200, true)])
                {
                    var (left, machines, cpu) = (0, 0, 0.0);
                    for (var seed = 1UL; seed <= (hosts > 100 ? 1UL : 5UL); seed++)
                    {
                        var fleet = GeneratedFleets.Planted(hosts, fill, gib, seed, withVCpus);
                        var (plan, seconds) = Measured.Plan(fleet);
                        (left, machines, cpu) = (left + plan.Blocked.Count, machines + plan.Blocked.Count + plan.Moves.Count, cpu + seconds);
                    }

                    Console.WriteLine($"{name + (withVCpus ? ", vCPUs" : ""),-32} {hosts,6} {fill,12:0.00} {machines,10} {left,17} {cpu,7:0.00}");
                }
            }
        }
    }
}
