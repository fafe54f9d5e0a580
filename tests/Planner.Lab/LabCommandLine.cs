using System.CommandLine;
using System.Globalization;
using Planner.Policies;

namespace Planner.Lab;

/// <summary>The command line of the lab.</summary>
public static class LabCommandLine
{
    /// <summary>Runs a command.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="output">Where results go.</param>
    /// <param name="error">Where errors go.</param>
    /// <returns>The exit status: 0, or 1 after an error.</returns>
    public static Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        var root = new RootCommand("A lab of two real QEMUs without KVM, a guest that dirties memory, and a link of limited rate between them.") { Up(output, error), Fetch(output, error), Accuracy(output, error), Compare(output, error), Machines(output, error), LibvirtCommands.Create(output, error), SoakCommands.Create(output, error) };
        return root.Parse(arguments).InvokeAsync(new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = TimeSpan.FromSeconds(20) });
    }

    private static System.CommandLine.Command Fetch(TextWriter output, TextWriter error)
    {
        var qemu = QemuOption("--qemu", "10.0", "The version of QEMU.");
        var command = new System.CommandLine.Command("fetch", "Fill the cache with QEMU, a kernel and the guest, and end.") { qemu };
        command.SetAction((parsed, cancel) => GuardedAsync(error, async () =>
        {
            var packages = await LabPackages.FetchAsync(Version(parsed.GetValue(qemu)!), cancel);
            await GuestImage.BuildAsync(packages.Cache, cancel);
            await output.WriteLineAsync(packages.Cache);
        }));
        return command;
    }

    private static System.CommandLine.Command Up(TextWriter output, TextWriter error)
    {
        var qemu = QemuOption("--qemu", "10.0", "The version of QEMU.");
        var destination = QemuOption("--destination-qemu", null, "The version of the destination's QEMU, if it is another.");
        var load = new Option<string>("--load") { Description = "What the guest writes: ws_MB, steady_R, random_R, zipf_R_A, burst_R_ONms_OFFms[_LOW], joined by commas; rates in MiB/s.", DefaultValueFactory = _ => "ws_128,steady_10" };
        var link = new Option<double>("--link") { Description = "Rate of the link in MiB/s.", DefaultValueFactory = _ => 50 };
        var alternate = new Option<string?>("--alternate") { Description = "Two rates that take turns: MiB/s/MiB/s/SECONDS, such as 60/20/0.3." };
        var memory = new Option<int>("--memory") { Description = "The guest's memory in MiB.", DefaultValueFactory = _ => 512 };
        var processors = new Option<int>("--processors") { Description = "Virtual processors of the guest.", DefaultValueFactory = _ => 1 };
        var command = new System.CommandLine.Command("up", "Start a pair of machines, print their sockets, and keep them until Ctrl-C.") { qemu, destination, load, link, alternate, memory, processors };
        command.SetAction((parsed, cancel) => GuardedAsync(error, async () =>
        {
            var source = new QemuOptions
            {
                Version = Version(parsed.GetValue(qemu)!),
                Load = parsed.GetValue(load)!,
                MemoryMiB = parsed.GetValue(memory),
                Processors = parsed.GetValue(processors),
            };
            var options = new PairOptions
            {
                Source = source,
                Destination = parsed.GetValue(destination) is { } other ? source with { Version = Version(other) } : null,
                Link = Rate(parsed.GetValue(link), parsed.GetValue(alternate)),
            };
            await KeepAsync(options, output, cancel);
        }));
        return command;
    }

    private static System.CommandLine.Command Accuracy(TextWriter output, TextWriter error)
    {
        var qemu = QemuOption("--qemu", "10.0", "The version of QEMU.");
        var rounds = new Option<int>("--rounds") { Description = "How often each cell is run.", DefaultValueFactory = _ => 5 };
        var limit = new Option<double>("--limit") { Description = "The blackout limit in milliseconds.", DefaultValueFactory = _ => 300 };
        var calmest = new Option<bool>("--calmest") { Description = "Take the calmest moment instead of the earliest that fits." };
        var command = new System.CommandLine.Command("accuracy", "Migrate under many loads and links, and hold the forecast of each blackout against what happened.") { qemu, rounds, limit, calmest };
        command.SetAction((parsed, cancel) => GuardedAsync(error, async () =>
        {
            var rule = parsed.GetValue(calmest) ? SwitchoverRule.Calmest : SwitchoverRule.Earliest;
            var study = new ForecastStudy(output, TimeSpan.FromMilliseconds(parsed.GetValue(limit)), 0.9, rule);
            var outcomes = await study.RunAsync(Version(parsed.GetValue(qemu)!), ForecastCell.All, parsed.GetValue(rounds), cancel);
            await output.WriteLineAsync(ForecastSummary.Of(outcomes));
        }));
        return command;
    }

    private static System.CommandLine.Command Compare(TextWriter output, TextWriter error)
    {
        var qemu = QemuOption("--qemu", "10.0", "The version of QEMU.");
        var runs = new Option<int>("--runs") { Description = "Migrations a cell and rule.", DefaultValueFactory = _ => 20 };
        var evidence = new Option<int>("--evidence") { Description = "Migrations of the planner that come first, for each limit and kind of link.", DefaultValueFactory = _ => 12 };
        var cells = Choice("--cell", "Only this cell; may be given several times.", ComparisonCell.All.Select(c => c.Name));
        var rules = Choice("--rule", "Only this rule; may be given several times.", ComparedRule.Names);
        var folder = new Option<string>("--out") { Description = "Where results, recordings and evidence are kept; a comparison that is there goes on.", DefaultValueFactory = _ => "qemu-comparison" };
        var show = new Option<bool>("--show") { Description = "Migrate nothing: only write the table and the picture of what is there." };
        var command = new System.CommandLine.Command("compare", "Migrate under the planner, under QEMU's own decision and under other systems' rules in turn, and compare blackouts.")
            { qemu, runs, evidence, cells, rules, folder, show };
        command.SetAction((parsed, cancel) => GuardedAsync(error, async () =>
        {
            var (chosen, named) = (parsed.GetValue(cells)!, parsed.GetValue(rules)!);
            var options = new ComparisonOptions
            {
                Cells = [.. ComparisonCell.All.Where(c => chosen.Length == 0 || chosen.Contains(c.Name))],
                Rules = [.. ComparedRule.Names.Where(r => named.Length == 0 || named.Contains(r))],
                Runs = parsed.GetValue(runs),
                Evidence = parsed.GetValue(evidence),
                Qemu = Version(parsed.GetValue(qemu)!),
                Folder = parsed.GetValue(folder)!,
            };
            using var study = new ComparisonStudy(options, output);
            if (!parsed.GetValue(show))
            {
                await study.RunAsync(cancel);
            }

            await output.WriteLineAsync(ComparisonTable.Of(study.Results));
            await File.WriteAllTextAsync(Path.Combine(options.Folder, "comparison.svg"), ComparisonPicture.Of(study.Results), cancel);
        }));
        return command;
    }

    private static System.CommandLine.Command Machines(TextWriter output, TextWriter error)
    {
        var folder = new Argument<string>("folder") { Description = "The folder that 'tests/kernel-lab machine --runs N --out FOLDER' has filled." };
        var command = new System.CommandLine.Command("machines", "Write the table and the picture of a study of machines with VFIO devices.") { folder };
        command.SetAction((parsed, cancel) => GuardedAsync(error, async () => await output.WriteLineAsync(await MachineStudyFolder.ShowAsync(parsed.GetValue(folder)!, cancel))));
        return command;
    }

    private static async Task KeepAsync(PairOptions options, TextWriter output, CancellationToken cancel)
    {
        await using var pair = await QemuPair.StartAsync(options, cancel);
        await output.WriteLineAsync(
            $"""
            source       {pair.Source.QmpPath}   process {pair.Source.Id}
            destination  {pair.Destination.QmpPath}   process {pair.Destination.Id}
            observers    {pair.Source.ObserverPath} {pair.Destination.ObserverPath}
            link         {pair.LinkPath} -> {pair.IncomingPath}

            planner migrate qmp:{pair.Source.QmpPath} qmp:{pair.Destination.QmpPath} --sla gold --channel unix:{pair.LinkPath} --listen unix:{pair.IncomingPath}

            Ctrl-C ends both machines.
            """);
        await output.FlushAsync(cancel);
        await Task.Delay(Timeout.Infinite, cancel);
    }

    // Ctrl-C is how a lab ends, and no failure.
    internal static async Task<int> GuardedAsync(TextWriter error, Func<Task> action)
    {
        try
        {
            await action();
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
        catch (LabException e)
        {
            await error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    private static Option<string?> QemuOption(string name, string? value, string description)
    {
        var option = new Option<string?>(name) { Description = description, DefaultValueFactory = _ => value };
        return option.AcceptOnlyFromAmong("10.0", "11.1");
    }

    private static Option<string[]> Choice(string name, string description, IEnumerable<string> values)
    {
        var option = new Option<string[]>(name) { Description = description, DefaultValueFactory = _ => [] };
        return option.AcceptOnlyFromAmong([.. values]);
    }

    private static QemuVersion Version(string name) => name == "11.1" ? QemuVersion.V11 : QemuVersion.V10;

    private static LinkRate Rate(double link, string? alternate)
    {
        var values = (alternate ?? $"{link}/{link}/1").Split('/').Select(v => double.TryParse(v, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
        return values.Length == 3 && values.All(v => v is > 0 and < 1e6)
            ? LinkRate.Alternating(values[0], values[1], TimeSpan.FromSeconds(values[2]))
            : throw new LabException($"The link's rate is wrong: give --link a number above 0, and --alternate two rates and seconds, such as 60/20/0.3.");
    }
}
