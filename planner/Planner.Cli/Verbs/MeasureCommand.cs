using System.CommandLine;
using Planner.Estimators;
using Planner.Measurements;
using Planner.Sessions;
using Spectre.Console;

namespace Planner.Cli;

/// <summary><c>planner measure DEVICE --rounds N</c>: walks the arcs, or rehearses switchovers; stores samples, prints the latency table.</summary>
internal static class MeasureCommand
{
    public const string Name = "measure";

    private const int SamplesShown = SampleWindow.DefaultCapacity;
    private const double Error = 0.05;

    public static Command Create(CommonOptions common)
    {
        var device = new Argument<string>("device") { Description = $"The device, {common.Drivers.DeviceForms}; or with --to a canary machine, {common.Drivers.HypervisorForms}. It is stopped in every round: measure only what carries no load." };
        var rounds = new Option<int>("--rounds")
        {
            Description = "How many rounds (with --to: how many switchovers; after an odd number one more, which is not counted, brings the machine home).",
            HelpName = "N",
            DefaultValueFactory = _ => 100,
        };
        rounds.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[^1].Value, out var n) || n is < 1 or > 1_000_000))
            {
                result.AddError($"--rounds is '{result.Tokens[^1].Value}'; a whole number from 1 to 1000000 is expected.");
            }
        });
        var to = new Option<string?>("--to")
        {
            Description = "Rehearse whole switchovers to this device and back, so that blackouts are evidence too.",
            HelpName = "DESTINATION",
        };
        var restart = new Option<string?>("--restart")
        {
            Description = "With a machine as the canary: what starts a side afresh between two rounds; a shell command that gets 'source' or 'destination' and returns when that side's monitor is there.",
            HelpName = "COMMAND",
        };
        var channel = new Option<string?>("--channel") { Description = "With a machine as the canary: where its memory goes, as with migrate.", HelpName = common.Drivers.ChannelForms };
        var channelBack = new Option<string?>("--channel-back") { Description = "With a canary that goes there and back: where its memory goes on the way back, as the destination's side reaches the source's.", HelpName = common.Drivers.ChannelForms };
        var listen = new Option<string?>("--listen") { Description = "With a machine as the canary: where the destination listens, as with migrate.", HelpName = common.Drivers.ChannelForms };
        var command = new Command(Name, "Walk a device through its arcs, or rehearse the switchovers of devices or of a canary machine; keep the samples, print the latencies.") { device, rounds, to, restart, channel, channelBack, listen };
        command.SetAction((parsed, _) => RunAsync(common.Bind(parsed), new Asked(
            parsed.GetRequiredValue(device), parsed.GetValue(rounds), parsed.GetValue(to), parsed.GetValue(restart), parsed.GetValue(channel), parsed.GetValue(channelBack), parsed.GetValue(listen))));
        return command;
    }

    private sealed record Asked(string Source, int Rounds, string? Destination, string? Restart, string? Channel, string? ChannelBack, string? Listen);

    private static async Task<int> RunAsync(CommandContext context, Asked asked)
    {
        var (device, rounds, destination) = (asked.Source, asked.Rounds, asked.Destination);
        using var stop = new StopSignal();
        if (context.Drivers.IsHypervisor(device))
        {
            return await RehearseMachineAsync(context, asked, stop);
        }

        if ((asked.Restart ?? asked.Channel ?? asked.ChannelBack ?? asked.Listen) is not null)
        {
            throw new CliException(ExitStatus.InvalidInput, $"--restart, --channel, --channel-back and --listen are for machines ({context.Drivers.HypervisorForms}); devices send through the planner, there and back");
        }

        using var store = context.OpenStore(stop.Token);
        var (offer, done, trouble, restored) = destination is null
            ? Walk(context, store, device, rounds, stop.Token)
            : await RehearseAsync(context, store, device, destination, rounds, stop);
        var arcs = MeasuredArcs(store, offer.DeviceClass);
        if (context.IsJson)
        {
            context.Output.WriteLine(CliJson.Write(new MeasureReport(device, offer.DeviceClass, done, arcs, trouble), CliJson.Default.MeasureReport));
        }
        else
        {
            context.Output.WriteLine($"{device} ({offer.DeviceClass}): {done} rounds; latencies of the latest {SamplesShown} samples an arc, earlier runs included");
            Print(context.Console, arcs);
        }

        if (trouble is not null)
        {
            context.Error.WriteLine($"planner: {trouble}");
        }

        return (trouble, restored) switch
        {
            (null, _) => ExitStatus.Done,
            (_, null) => ExitStatus.Stayed,
            (_, true) => ExitStatus.Recovered,
            _ => ExitStatus.NeedsPerson,
        };
    }

    private static async Task<int> RehearseMachineAsync(CommandContext context, Asked asked, StopSignal stop)
    {
        if (asked.Destination is null)
        {
            throw new CliException(ExitStatus.InvalidInput, $"{asked.Source} is a virtual machine, which is measured by whole migrations of a canary that carries no load: name where it goes with --to");
        }

        var (done, last) = await new CanaryRehearsal(
            context,
            new MigrationOrder { Source = asked.Source, Destination = asked.Destination, Policy = CanaryRehearsal.Policy, Channel = asked.Channel, Listen = asked.Listen, IsRehearsal = true },
            asked.ChannelBack,
            asked.Restart,
            stop).RunAsync(asked.Rounds);
        var trouble = last?.Outcome is null or MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit ? last?.StoreTrouble : last.Reason;
        var machineClass = last?.Attempt.Source.Class ?? "";
        if (context.IsJson)
        {
            context.Output.WriteLine(CliJson.Write(new MeasureReport(asked.Source, machineClass, done, [], trouble), CliJson.Default.MeasureReport));
        }
        else
        {
            context.Output.WriteLine($"{asked.Source} ({machineClass}): {done} of {asked.Rounds} migrations rehearsed{(done > 0 && last is not null ? $"; the last blackout was {Quantity.Format(last.Blackout)}" : "")}");
        }

        if (trouble is not null)
        {
            context.Error.WriteLine($"planner: {trouble}");
        }

        return last is null ? ExitStatus.Stayed : trouble is null ? ExitStatus.Done : MigrationReport.ExitStatusOf(last);
    }

    private static (DeviceOffer Offer, int Done, string? Trouble, bool? Restored) Walk(
        CommandContext context, IMeasurementStore store, string address, int rounds, CancellationToken stop)
    {
        var target = DevicePairs.Split(address) is [var one]
            ? DevicePairs.Parse(context.Drivers, one)
            : throw new CliException(ExitStatus.InvalidInput, $"'{address}' are several devices, and without --to one is walked at a time: name one (a comma in a path is written \\,)");
        Readiness.Prepare(1);
        context.Guard(target);
        using var device = Interruptible.Run(() => context.Drivers.OpenDevice(target.Address), stop);
        var result = new ArcWalk(device, address, TimeProvider.System).Run(rounds, stop);
        store.Append(result.Measurements);
        return (device.Offer, result.RoundsDone, result.Trouble, result is { Restored: true, Measurements.Arcs.Count: 0 } ? null : result.Restored);
    }

    private static async Task<(DeviceOffer Offer, int Done, string? Trouble, bool? Restored)> RehearseAsync(
        CommandContext context, IMeasurementStore store, string source, string destination, int switchovers, StopSignal stop)
    {
        var targets = DevicePairs.ParseLists(context.Drivers, source, destination);
        Readiness.Prepare(targets.Count);
        var guard = context.Guard([.. targets.SelectMany(t => new[] { t.Source, t.Destination })]);
        using var devices = Interruptible.Run(() => DevicePairs.Open(context.Drivers, targets), stop.Token);
        using var journal = devices.OutliveThisProcess ? new MigrationJournal(context.JournalPlace, guard) : null;
        var done = 0;
        var rehearsal = new Rehearsal(source, devices.Pairs, context.Services(store, stop) with { Journal = journal, QuietTime = QuietTime.Ask })
        {
            OnSwitchover = result =>
            {
                done++;
                if (context.Verbose)
                {
                    context.Say($"switchover {done}: {Quantity.Format(result.Blackout)}");
                }
            },
        };
        await Readiness.ForDevicesAsync();
        var last = await rehearsal.RunAsync(switchovers, stop.Token);
        var trouble = last.Outcome == MigrationOutcome.Completed ? last.StoreTrouble : last.Reason;
        return (devices.Pairs[0].Source.Offer, done, trouble, last.IsUntouched ? null : last.Outcome != MigrationOutcome.NeedsPerson);
    }

    private static List<MeasuredArc> MeasuredArcs(IMeasurementStore store, string deviceClass) =>
    [
        .. store.ReadArcs(deviceClass, SamplesShown)
            .GroupBy(s => s.Arc)
            .OrderBy(g => g.Key.From).ThenBy(g => g.Key.To)
            .Select(g => Summarise(g.Key, [.. g.Select(s => s.Duration.TotalSeconds).Order()])),
    ];

    private static MeasuredArc Summarise(Arc arc, double[] sorted) => new(
        arc.From.Name(),
        arc.To.Name(),
        sorted.Length,
        SortedSamples.Median(sorted),
        Supported(OrderStatistics.UpperBound(sorted, 0.10, Error)),
        Supported(OrderStatistics.UpperBound(sorted, 0.01, Error)),
        sorted[^1]);

    private static double? Supported(double bound) => double.IsFinite(bound) ? bound : null;

    private static void Print(IAnsiConsole console, IReadOnlyList<MeasuredArc> arcs)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("arc");
        foreach (var column in new[] { "samples", "p50", "p90 at most", "p99 at most", "largest" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var arc in arcs)
        {
            table.AddRow(
                Markup.Escape($"{arc.From}->{arc.To}"),
                arc.Samples.ToString(),
                DecisionTable.Seconds(arc.P50Seconds),
                DecisionTable.Bound(arc.P90BoundSeconds),
                DecisionTable.Bound(arc.P99BoundSeconds),
                DecisionTable.Seconds(arc.LargestSeconds));
        }

        console.WriteTable(table);
        console.WriteLine("Bounds hold with 95 % confidence; a dash means too few samples (29 for p90, 299 for p99).");
    }
}
