using System.CommandLine;
using System.Globalization;

namespace Planner.Lab;

/// <summary>The command line of the libvirt lab: <c>tests/libvirt-lab</c>.</summary>
internal static class LibvirtCommands
{
    /// <summary>The commands.</summary>
    public static System.CommandLine.Command Create(TextWriter output, TextWriter error)
    {
        var load = new Option<string>("--load") { Description = "What the guest writes: ws_MB, steady_R, random_R, zipf_R_A, burst_R_ONms_OFFms[_LOW], joined by commas; rates in MiB/s.", DefaultValueFactory = _ => "ws_128,steady_10" };
        var link = new Option<double>("--link") { Description = "Rate of the link in MiB/s.", DefaultValueFactory = _ => 50 };
        var memory = new Option<int>("--memory") { Description = "The guest's memory in MiB.", DefaultValueFactory = _ => 512 };
        var up = new System.CommandLine.Command("up", "Start two hosts with a libvirt daemon each and a guest on one, print their addresses, and keep them until Ctrl-C.") { load, link, memory };
        up.SetAction((parsed, cancel) => LabCommandLine.GuardedAsync(error, () => KeepAsync(parsed.GetValue(load)!, parsed.GetValue(link), parsed.GetValue(memory), output, cancel)));
        return new System.CommandLine.Command("libvirt", "A lab of two real libvirt daemons.") { up, Compare(output, error) };
    }

    private static System.CommandLine.Command Compare(TextWriter output, TextWriter error)
    {
        string[] names = ["steady-10", "steady-40", "alternating"];
        var planner = new Option<string>("--planner") { Description = "The planner's command, as it was built.", Required = true };
        var runs = new Option<int>("--runs") { Description = "Migrations a cell and rule.", DefaultValueFactory = _ => 20 };
        var evidence = new Option<int>("--evidence") { Description = "Migrations of the planner that come first in each cell.", DefaultValueFactory = _ => 12 };
        var cells = new Option<string[]>("--cell") { Description = "Only this cell; may be given several times.", DefaultValueFactory = _ => names }.AcceptOnlyFromAmong(names);
        var limit = new Option<double>("--limit") { Description = "The blackout limit in milliseconds.", DefaultValueFactory = _ => 300 };
        var rule = new Option<string>("--rule") { Description = "The planner's switchover rule.", DefaultValueFactory = _ => "calmest" }.AcceptOnlyFromAmong("earliest", "calmest");
        var folder = new Option<string>("--out") { Description = "Where results and evidence are kept; a comparison that is there goes on.", DefaultValueFactory = _ => "libvirt-comparison" };
        var command = new System.CommandLine.Command("compare", "Migrate under the planner and under libvirt alone in turn, and compare blackouts.") { planner, runs, evidence, cells, limit, rule, folder };
        command.SetAction((parsed, cancel) => LabCommandLine.GuardedAsync(error, async () =>
        {
            var study = new LibvirtStudy(
                new LibvirtStudyOptions
                {
                    Planner = parsed.GetValue(planner)!,
                    Cells = [.. ComparisonCell.All.Where(c => parsed.GetValue(cells)!.Contains(c.Name))],
                    Runs = parsed.GetValue(runs),
                    Evidence = parsed.GetValue(evidence),
                    Limit = TimeSpan.FromMilliseconds(parsed.GetValue(limit)),
                    Rule = parsed.GetValue(rule)!,
                    Folder = parsed.GetValue(folder)!,
                },
                output);
            await study.RunAsync(cancel);
            await output.WriteLineAsync(ComparisonTable.Of(study.Results));
            await output.WriteLineAsync(LibvirtForecasts.Of(study.Results));
        }));
        return command;
    }

    private static async Task KeepAsync(string load, double link, int memory, TextWriter output, CancellationToken cancel)
    {
        if (link is not (> 0 and < 1e6))
        {
            throw new LabException(string.Create(CultureInfo.InvariantCulture, $"The link's rate is wrong: give --link a number above 0."));
        }

        await using var pair = await LibvirtPair.StartAsync(memory, link, cancel);
        using var guest = await pair.BootAsync(pair.A, load, cancel);
        await output.WriteLineAsync(
            $"""
            export LD_LIBRARY_PATH={pair.Libraries}
            a='libvirt:{pair.A.Uri}#{LibvirtPair.Domain}'
            b='libvirt:{pair.B.Uri}'
            channel={pair.B.PeerUri}
            virsh_a() {'{'} {string.Join(' ', pair.A.Enter())} virsh "$@"; {'}'}
            virsh_b() {'{'} {string.Join(' ', pair.B.Enter())} virsh "$@"; {'}'}

            # planner migrate "$a" "$b" --channel "$channel" --sla gold
            # Ctrl-C ends both hosts.
            """);
        await output.FlushAsync(cancel);
        await Task.Delay(Timeout.Infinite, cancel);
    }
}
