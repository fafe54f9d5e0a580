using Microsoft.Playwright;
using Planner.DashboardBench;

// tests/dashboard-bench [NAME]...: all studies, or those that are named; pictures only if they are named.
(string Name, Func<IBrowser, Task> Run)[] studies =
[
    ("size", _ => SizeStudy.RunAsync()),
    ("paint", PaintStudy.RunAsync),
    ("updates", UpdateStudy.RunAsync),
    ("cut", CutStudy.RunAsync),
    ("pictures", Pictures.MakeAsync),
];
var unknown = args.Where(a => studies.All(s => s.Name != a)).ToList();
if (unknown.Count > 0)
{
    Console.Error.WriteLine($"There is no study '{unknown[0]}'; there are {string.Join(", ", studies.Select(s => s.Name))}.");
    return 2;
}

using var playwright = await Playwright.CreateAsync();
await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox"] });
Console.WriteLine($"chromium {browser.Version}, {Environment.ProcessorCount} processors");
foreach (var (name, run) in studies.Where(s => args.Length == 0 ? s.Name != "pictures" : args.Contains(s.Name)))
{
    Console.WriteLine($"== {name}");
    await run(browser);
}

return 0;
