using Planner.ServiceBench;

// tests/service-bench [NAME]...: all studies, or those that are named.
if (args is [BareEndpoint.Verb, var answerBytes])
{
    await BareEndpoint.RunAsync(int.Parse(answerBytes, System.Globalization.CultureInfo.InvariantCulture));
    return 0;
}

(string Name, Func<Task> Run)[] studies =
[
    ("decisions", DecisionStudy.RunAsync),
    ("samples", SampleStudy.RunAsync),
    ("machines", MachineStudy.RunAsync),
    ("start", StartStudy.RunAsync),
    ("kill", KillStudy.RunAsync),
];
var unknown = args.Where(a => studies.All(s => s.Name != a)).ToList();
if (unknown.Count > 0)
{
    Console.Error.WriteLine($"There is no study '{unknown[0]}'; there are {string.Join(", ", studies.Select(s => s.Name))}.");
    return 2;
}

Console.WriteLine($"{Environment.ProcessorCount} processors, load average {File.ReadAllText("/proc/loadavg").Split(' ')[0]}");
foreach (var (name, run) in studies.Where(s => args.Length == 0 || args.Contains(s.Name)))
{
    Console.WriteLine($"== {name}");
    await run();
}

return 0;
