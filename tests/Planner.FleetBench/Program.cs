using Planner.FleetBench;

// tests/fleet-bench [NAME]...: all studies, or those that are named.
(string Name, Action Run)[] studies =
[
    ("size", SizeStudy.Run),
    ("bound", BoundStudy.Run),
    ("packing", PackingStudy.Run),
    ("given", GivenStudy.Run),
    ("waves", WaveStudy.Run),
    ("replan", ReplanStudy.Run),
    ("peers", PeerStudy.Run),
    ("targets", TargetStudy.Run),
];
var unknown = args.Where(a => studies.All(s => s.Name != a)).ToList();
if (unknown.Count > 0)
{
    Console.Error.WriteLine($"There is no study '{unknown[0]}'; there are {string.Join(", ", studies.Select(s => s.Name))}.");
    return 2;
}

foreach (var (name, run) in studies.Where(s => args.Length == 0 || args.Contains(s.Name)))
{
    Console.WriteLine($"== {name}");
    run();
}

return 0;
