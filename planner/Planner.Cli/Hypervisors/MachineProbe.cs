using Planner.Measurements;
using Planner.Sessions;
using Spectre.Console;

namespace Planner.Cli;

/// <summary><c>planner probe qmp:PATH</c>: what a machine offers, and how it dirties its memory. Nothing is changed.</summary>
internal static class MachineProbe
{
    // The capabilities that a held migration needs or uses.
    private static readonly string[] Used = ["events", "return-path", "auto-converge", "dirty-limit", "switchover-ack", "pause-before-switchover"];

    public static int Run(CommandContext context, string target, IReadOnlyList<TimeSpan> windows)
    {
        using var stop = new StopSignal();
        var report = ReadAsync(context.Drivers, target, windows, stop.Token).GetAwaiter().GetResult();
        if (context.IsJson)
        {
            context.Output.WriteLine(CliJson.Write(report, CliJson.Default.MachineProbeReport));
        }
        else
        {
            Print(context.Console, report);
        }

        return ExitStatus.Done;
    }

    private static async Task<MachineProbeReport> ReadAsync(Drivers drivers, string target, IReadOnlyList<TimeSpan> windows, CancellationToken cancel)
    {
        await using var machine = await drivers.OpenHypervisorToLookAsync(target, cancel);
        if (machine.Offer.IsEmpty)
        {
            throw PreparedMigration.NoMachine(machine);
        }

        var state = await machine.ReportAsync(TimeSpan.FromSeconds(10), cancel);
        var measured = new List<MachineDirtyWindow>();
        if (state.Guest == GuestRunState.Running && machine.Offer.MeasuresDirty)
        {
            foreach (var window in windows)
            {
                var found = await machine.MeasureDirtyAsync(window, cancel);
                measured.Add(new MachineDirtyWindow(found.Length.TotalSeconds, found.UniqueBytes));
            }
        }

        var offer = machine.Offer;
        return new MachineProbeReport
        {
            Machine = target,
            Name = offer.Name,
            Version = offer.Version,
            Class = offer.MachineClass,
            MachineType = offer.MachineType,
            CpuModel = offer.CpuModel,
            Vcpus = offer.Vcpus,
            RamBytes = offer.RamBytes,
            Accelerator = offer.Accelerator,
            State = state.Words,
            Capabilities = offer.Capabilities,
            ThrottleOffered = offer.OffersThrottle,
            DirtyLimitOffered = offer.OffersDirtyLimit,
            Devices = offer.TellsDevices ? offer.Devices : null,
            Link = offer.LinkFigures,
            BlockedReasons = offer.BlockedReasons,
            DirtyMeasured = offer.MeasuresDirty,
            DirtyWindows = measured,
        };
    }

    private static string Describe(MigratableDevice device)
    {
        var arcs = device.TellsArcs == true ? "tells its arcs"
            : device.TellsArcs is null ? "whether it tells its arcs could not be asked, so only whole blackouts are evidence"
            : "does not tell its arcs, so only whole blackouts are evidence; start it on both sides with migration-events=on (QEMU 9.1 or later)";
        var log = device.TracksDirtyPages == true
            ? "; a log of dirty pages of its own is used where it has one, which needs IOMMUFD_DRIVER in the kernel (without: x-device-dirty-page-tracking=off,enable-migration=on)"
            : "";
        return $"{device.Class}{(device.HostAddress is { } at ? $" at {at}" : "")}; enable-migration={device.Migration ?? "?"}; {arcs}{log}{(device.UsesParallelTransfer ? "; its state is sent over multifd" : "")}";
    }

    private static void Print(IAnsiConsole console, MachineProbeReport report)
    {
        var grid = new Grid().AddColumn().AddColumn();
        void Row(string name, string value) => grid.AddRow(Markup.Escape(name), Markup.Escape(value));
        Row("machine", report.Name is { } name ? $"{report.Machine} ({name})" : report.Machine);
        Row("hypervisor", report.Version);
        Row("class", report.Class);
        Row("machine type", report.MachineType);
        Row("CPU", $"{report.Vcpus} x {report.CpuModel}, by {report.Accelerator}");
        Row("memory", Quantity.FormatBytes(report.RamBytes));
        Row("state", report.State);
        Row("capabilities", string.Join(", ", report.Capabilities.Intersect(Used)) + $" and {report.Capabilities.Except(Used).Count()} more");
        Row("switchover", "held in pre-copy by the planner until the bound fits (gate 1); no way back once the guest is stopped");
        Row("dirty-rate limit", report.DirtyLimitOffered ? "each vCPU's dirty rate" : report.ThrottleOffered ? "by slowing the CPUs down" : "not offered");
        Row("link", $"{(report.Link.PreCopyCapBytesPerSecond is { } cap ? $"pre-copy held to {Quantity.FormatBytes((long)cap)}/s" : "pre-copy without a cap")}; stop phase {(report.Link.StopBytesPerSecond is { } rate ? $"stated as {Quantity.FormatBytes((long)rate)}/s" : "not stated")}");
        Row("migration", report.BlockedReasons.Count == 0 ? "possible" : $"blocked: {string.Join("; ", report.BlockedReasons)}");
        foreach (var device in report.Devices ?? [])
        {
            Row($"device {device.Name}", Describe(device));
        }

        if (report.Devices is null)
        {
            Row("devices", "this QEMU does not say which it has; should there be a passed-through one, no evidence of machines without carries a commit");
        }

        console.Write(grid);
        if (report.DirtyWindows.Count == 0)
        {
            console.WriteLine(report.DirtyMeasured ? "The guest does not run, so it dirties nothing." : "What the guest writes is not measured here; the passes of a migration tell it.");
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("window").RightAligned()).AddColumn(new TableColumn("written at least once").RightAligned()).AddColumn(new TableColumn("rate").RightAligned());
        foreach (var window in report.DirtyWindows)
        {
            table.AddRow(DecisionTable.Seconds(window.Seconds), Quantity.FormatBytes(window.UniqueBytes), $"{Quantity.FormatBytes((long)(window.UniqueBytes / window.Seconds))}/s");
        }

        console.WriteTable(table);
        console.WriteLine("QEMU samples pages for this: short windows are coarse, and passes of a migration tell better.");
    }
}
