using System.CommandLine;
using Planner.Documents;
using Planner.Measurements;
using Planner.Sessions;
using Planner.Simulation;
using Spectre.Console;

namespace Planner.Cli;

/// <summary><c>planner probe TARGET</c>: what a device offers.</summary>
internal static class ProbeCommand
{
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWindow = TimeSpan.FromSeconds(60);

    public static Command Create(CommonOptions common)
    {
        var target = new Argument<string>("target") { Description = $"A machine, {common.Drivers.HypervisorForms}, or a device: {common.Drivers.DeviceForms}." };
        var windows = new Option<string>("--windows") { Description = "How long a machine's writing is watched, each time anew.", HelpName = "500ms,1s,…", DefaultValueFactory = _ => "500ms,1s,2s" };
        var command = new Command("probe", "Show what a device or a machine offers: capabilities, commit point, sizes, deadline, dirty curve. Nothing is changed; but a server may reset its device when a client leaves, and probe is a client: ask about a device that carries load only where its server does not.") { target, windows };
        command.SetAction(parsed =>
        {
            var watched = Windows(parsed.GetRequiredValue(windows));
            if (common.Drivers.IsHypervisor(parsed.GetRequiredValue(target)))
            {
                return MachineProbe.Run(common.Bind(parsed), parsed.GetRequiredValue(target), watched);
            }

            return parsed.GetResult(windows) is { Implicit: false }
                ? throw new CliException(ExitStatus.InvalidInput, $"--windows is for machines ({common.Drivers.HypervisorForms}); a device is not watched")
                : Run(common.Bind(parsed), parsed.GetRequiredValue(target));
        });
        return command;
    }

    private static int Run(CommandContext context, string target)
    {
        using var device = DevicePairs.Open(context.Drivers, target);
        var report = Report(context, target, device);
        if (context.IsJson)
        {
            context.Output.WriteLine(CliJson.Write(report, CliJson.Default.ProbeReport));
        }
        else
        {
            Print(context.Console, report);
        }

        return ExitStatus.Done;
    }

    private static List<TimeSpan> Windows(string text)
    {
        var windows = new List<TimeSpan>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            windows.Add(UnitText.TryParseDuration(part, out var window) && window >= ShortestWindow && window <= LongestWindow
                ? window
                : throw new CliException(ExitStatus.InvalidInput, $"--windows has '{part}'; durations with their units (us, ms, s or m) from {Quantity.Format(ShortestWindow)} to {Quantity.Format(LongestWindow)} are expected, such as 500ms,1s"));
        }

        return windows;
    }

    private static ProbeReport Report(CommandContext context, string target, IMigrationDevice device)
    {
        var offer = device.Offer;
        return new ProbeReport
        {
            Device = target,
            Class = offer.DeviceClass,
            State = device.GetState().Name(),
            Flags = offer.Capabilities.Names(),
            CommitArc = offer.CommitArc.ToString(),
            Gate2 = offer.Capabilities.Has(MigrationCapabilities.P2P) && offer.CommitArc.To is not (DeviceState.RunningP2P or DeviceState.PreCopyP2P),
            DataSizeOffered = Told(offer.OffersDataSize),
            DataSizeMeaning = offer.OffersDataSize == Answer.Yes ? offer.DataSizeMeaning.ToString().ToLowerInvariant() : null,
            DataSizeBytes = offer.OffersDataSize == Answer.Yes ? Believable(context, device.GetDataSizeBytes) : null,
            PreCopyInfoOffered = Told(offer.OffersPreCopyInfo),
            ArcLatencyReportOffered = Told(offer.OffersArcLatency),
            DeadlineOffered = Told(offer.OffersDeadline),
            ResetOffered = Told(offer.OffersReset),
            StreamRestartsAtStopCopy = offer.StreamRestartsAtStopCopy,
            DmaLoggingOffered = Told(offer.OffersDmaLogging),
            Hazards = offer.Hazards,
            WorstArcs = [.. WorstArcs(context, device)],
        };
    }

    /// <summary>What a device states; null, and said, if that cannot be.</summary>
    private static T? Believable<T>(CommandContext context, Func<T> question)
        where T : struct
    {
        try
        {
            return question();
        }
        catch (DeviceException e) when (e.Fault == DeviceFault.Unbelievable)
        {
            context.Error.WriteLine($"planner: {e.Message}");
            return null;
        }
    }

    private static bool? Told(Answer answer) => answer switch
    {
        Answer.Yes => true,
        Answer.No => false,
        _ => null,
    };

    private static string No(bool? offered) => offered is null ? "could not be asked in this state" : "not offered";

    private static IEnumerable<ArcLatencyReport> WorstArcs(CommandContext context, IMigrationDevice device)
    {
        foreach (var (arc, worst) in device.Offer.StatedWorstCases)
        {
            yield return new ArcLatencyReport(arc.From.Name(), arc.To.Name(), worst.TotalSeconds, "profile");
        }

        if (device.Offer.OffersArcLatency != Answer.Yes)
        {
            yield break;
        }

        foreach (var arc in DeviceProfile.SingleArcs(device.Offer.Capabilities))
        {
            if (Believable(context, () => device.GetWorstArcLatency(arc)) is { } worst)
            {
                yield return new ArcLatencyReport(arc.From.Name(), arc.To.Name(), worst.TotalSeconds, "device");
            }
        }
    }

    private static void Print(IAnsiConsole console, ProbeReport report)
    {
        var grid = new Grid().AddColumn().AddColumn();
        void Row(string name, string value) => grid.AddRow(Markup.Escape(name), Markup.Escape(value));
        Row("device", report.Device);
        Row("class", report.Class);
        Row("state", report.State);
        Row("capabilities", string.Join(", ", report.Flags));
        Row("commit point", $"{report.CommitArc} ({(report.Gate2 ? "the machine can still go back once quiesced" : "no way back once it begins")})");
        Row("data size", report.DataSizeOffered == true ? report.DataSizeBytes is { } size ? $"{Quantity.FormatBytes(size)} ({report.DataSizeMeaning})" : "not believed; learned from streams" : $"{No(report.DataSizeOffered)}; learned from streams");
        Row("pre-copy info", report.PreCopyInfoOffered == true ? "offered" : $"{No(report.PreCopyInfoOffered)}; learned by draining");
        Row("latency report", report.ArcLatencyReportOffered == true ? "offered" : $"{No(report.ArcLatencyReportOffered)}; measured");
        Row("deadline", report.DeadlineOffered == true ? "taken by the device with SET_STATE" : $"{No(report.DeadlineOffered)}; the planner decides before the commit point");
        Row("reset", report.ResetOffered == true ? "offered" : No(report.ResetOffered));
        foreach (var hazard in report.Hazards)
        {
            Row("known hazard", hazard);
        }

        console.Write(grid);
        if (report.WorstArcs.Count == 0)
        {
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumn("arc").AddColumn(new TableColumn("worst").RightAligned()).AddColumn("stated by");
        foreach (var arc in report.WorstArcs)
        {
            table.AddRow(Markup.Escape($"{arc.From}->{arc.To}"), DecisionTable.Seconds(arc.WorstSeconds), arc.StatedBy);
        }

        console.WriteTable(table);
    }
}
