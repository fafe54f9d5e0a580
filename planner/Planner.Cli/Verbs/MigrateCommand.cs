using System.CommandLine;
using System.Runtime.InteropServices;
using Planner.Documents;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Planner.Telemetry;
using Spectre.Console;

namespace Planner.Cli;

/// <summary><c>planner migrate SOURCE DESTINATION --sla CLASS</c>: runs a migration under an SLA.</summary>
internal static class MigrateCommand
{
    public const string Name = "migrate";

    // A switchover that does not end is to be seen.
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(0.5);

    public static Command Create(CommonOptions common)
    {
        var source = new Argument<string>("source") { Description = $"What to migrate: a machine, {common.Drivers.HypervisorForms}, or a device, {common.Drivers.DeviceForms}; several devices, separated by commas, move together (a comma in a path is written \\,)." };
        var destination = new Argument<string>("destination") { Description = "What takes its state: a machine started with -incoming defer -S, or as many devices as sources." };
        var sla = common.Sla();
        var machine = new Option<string?>("--machine") { Description = "The machine's name, for error budgets and records; without it the hypervisor's name for it, or the source's address, under which no error budget is kept.", HelpName = "NAME" };
        var channel = new Option<string?>("--channel") { Description = "Where a machine's memory goes; without it a socket beside the destination's monitor.", HelpName = common.Drivers.ChannelForms };
        var listen = new Option<string?>("--listen") { Description = "Where the destination listens, if something stands between it and the channel.", HelpName = common.Drivers.ChannelForms };
        var credentials = new Option<string?>("--tls-creds") { Description = "Carry a machine's memory under TLS, with the credentials of this name on both sides (QEMU: -object tls-creds-x509,id=NAME; libvirt keeps its own: write 'libvirt').", HelpName = "NAME" };
        var channels = new Option<int?>("--channels") { Description = $"How many connections carry a machine's memory (multifd), 1 to {MigrationTransport.MostChannels}; without it as both sides are set.", HelpName = "N" };
        var shadow = new Option<bool>("--shadow") { Description = "Evaluate and report, commit nothing." };
        var paused = new Option<bool>("--paused") { Description = "Migrate a machine whose guest is paused, and leave it paused on the destination." };
        var record = new Option<string?>("--record") { Description = "Write what happens to a file that 'replay' reads.", HelpName = "FILE" };
        var command = new Command(Name, "Migrate a machine or devices under an SLA: commit only when the bound on the blackout fits.") { source, destination, sla, machine, channel, listen, credentials, channels, shadow, paused, record };
        command.SetAction((parsed, _) => RunUntilStoppedAsync(
            common.Bind(parsed),
            new MigrateArguments(
                parsed.GetRequiredValue(source),
                parsed.GetRequiredValue(destination),
                parsed.GetRequiredValue(sla),
                parsed.GetValue(machine),
                parsed.GetValue(channel),
                parsed.GetValue(listen),
                new MigrationTransport(parsed.GetValue(credentials), parsed.GetValue(channels)),
                parsed.GetValue(shadow),
                parsed.GetValue(paused),
                parsed.GetValue(record))));
        return command;
    }

    private static async Task<int> RunUntilStoppedAsync(CommandContext context, MigrateArguments arguments)
    {
        using var stop = new StopSignal();

        // Ctrl-Z would leave a guest stopped for as long as the planner is.
        using var suspend = PosixSignalRegistration.Create(PosixSignal.SIGTSTP, signal => signal.Cancel = true);
        try
        {
            return await RunAsync(context, arguments, stop);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // A session that has begun ends by itself, with a result.
            throw new CliException(ExitStatus.Stayed, "stayed RUNNING: it was cancelled before anything was touched");
        }
    }

    private static async Task<int> RunAsync(CommandContext context, MigrateArguments arguments, StopSignal stop)
    {
        var now = TimeProvider.System.GetUtcNow();
        var policy = context.FindPolicy(arguments.Sla, stop.Token);
        if (MaintenanceCalendar.FindClosed(policy, now) is { } closed)
        {
            throw NotBegun(context, arguments, policy, closed);
        }

        var targets = MigrationTargets.Parse(arguments.Order(MaintenanceCalendar.WithinWindow(policy, now)), context.Drivers);
        foreach (var ignored in Ignored(policy, targets))
        {
            context.Error.WriteLine($"planner: {ignored}");
        }

        Readiness.Prepare(targets.Pairs.Count);
        context.Guard(targets.All);
        using var store = context.OpenStore(stop.Token);
        try
        {
            var services = context.Services(store, stop) with { Models = store as IModelStore, QuietTime = targets.IsMachine ? null : QuietTime.Ask };
            await using var prepared = await PreparedMigration.OpenAsync(targets, services, context.GuardPlaces, stop.Token);
            return MigrationReport.ExitStatusOf(await RunAsync(context, arguments, prepared, stop.Token));
        }
        catch (OrderRefusedException e) when (e.Refusal is { } refusal)
        {
            throw NotBegun(context, arguments, policy, refusal);
        }
    }

    private static async Task<SessionResult> RunAsync(CommandContext context, MigrateArguments arguments, PreparedMigration prepared, CancellationToken stop)
    {
        var path = arguments.Record;
        using var monitored = path is not null && prepared.Source is { } source ? Record(source, path, stop) : null;
        using var told = path is not null && monitored is null ? new SessionRecorder(OpenRecord(path, stop)) : null;
        using var telemetry = context.Otlp is { } collector ? TelemetryExport.Start(collector) : null;
        using var spans = new MigrationTelemetry();
        if (prepared.Source is null)
        {
            await Readiness.ForDevicesAsync();
        }
        else
        {
            await WarmUp.MachinesAsync();
        }

        var result = await RunShownAsync(context, prepared, [spans, .. told is null ? Array.Empty<ISessionObserver>() : [told]], stop);
        monitored?.Dispose();
        Print(context, result, monitored?.Trouble ?? told?.Trouble);
        telemetry?.Dispose();
        if (telemetry?.Problem is { } problem)
        {
            context.Error.WriteLine($"planner: {problem}");
        }

        return result;
    }

    // What the class asks for and this migration does without is said.
    private static IEnumerable<string> Ignored(SlaPolicy policy, MigrationTargets targets)
    {
        if (policy.Rule == SwitchoverRule.Calmest && !targets.IsMachine)
        {
            yield return $"the class '{policy.Name}' asks for the calmest moment, which devices without memory do not have; the earliest that fits is taken.";
        }

        if (policy.PostCopy == PostCopyUse.WhenNothingFits)
        {
            yield return $"the class '{policy.Name}' asks for post-copy where nothing fits, which this planner does not do; the machine stays instead.";
        }
    }

    private static IHypervisorRecording Record(IHypervisor machine, string path, CancellationToken stop) => machine is IRecordedHypervisor recorded
        ? recorded.Record(OpenRecord(path, stop))
        : throw new CliException(ExitStatus.TargetLacks, $"{machine.Address} cannot be recorded: leave out --record");

    /// <summary>Ends a migration that is not begun now: the machine stays as it is, and programs are told so too.</summary>
    private static CliException NotBegun(CommandContext context, MigrateArguments arguments, SlaPolicy policy, MoveRefusal refusal)
    {
        var reason = $"stayed RUNNING: {refusal.Reason}";
        if (context.IsJson)
        {
            context.Output.WriteLine(CliJson.Write(MigrationReport.NotBegun(arguments, policy, reason), CliJson.Default.MigrationReport));
        }

        return new CliException(ExitStatus.Stayed, reason);
    }

    /// <summary>Runs a session with its progress on the terminal.</summary>
    private static async Task<SessionResult> RunShownAsync(CommandContext context, PreparedMigration prepared, ISessionObserver[] observers, CancellationToken stop)
    {
        async Task<SessionResult> RunWithAsync(ISessionObserver display)
        {
            await using var background = new BackgroundObserver([display, .. observers], () => QuietTime.OverAsync(LongestHold));
            return await prepared.RunAsync([background], stop);
        }

        return context.IsLive
            ? await context.Console.Status().StartAsync("opening", status => RunWithAsync(new ProgressStatus(status)))
            : await RunWithAsync(new ProgressLines(context.IsJson ? context.Error : context.Output, context.Verbose));
    }

    /// <summary>Prints the outcome. A report that nobody can read changes nothing about what happened to the machine.</summary>
    private static void Print(CommandContext context, SessionResult result, string? recordTrouble)
    {
        var failure = result.Outcome is MigrationOutcome.Recovered or MigrationOutcome.NeedsPerson ? result.Reason : null;
        string? reportTrouble = null;
        try
        {
            PrintReport(context, result);
        }
        catch (Exception e)
        {
            reportTrouble = $"The report could not be written ({e.Message.TrimEnd('.')}); the exit status says what became of the machine.";
        }

        foreach (var trouble in new[] { failure, reportTrouble, result.StoreTrouble, recordTrouble })
        {
            if (trouble is not null)
            {
                context.Error.WriteLine($"planner: {trouble}");
            }
        }
    }

    private static void PrintReport(CommandContext context, SessionResult result)
    {
        if (context.IsJson)
        {
            context.Output.WriteLine(CliJson.Write(MigrationReport.From(result), CliJson.Default.MigrationReport));
        }
        else
        {
            Timeline.Print(context.Console, result);
        }
    }

    private static FileStream OpenRecord(string path, CancellationToken stop)
    {
        try
        {
            return Interruptible.Run(() => new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0), stop);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitStatus.InvalidInput, $"cannot write the recording {path}: {TextFiles.Why(path, e)}");
        }
    }
}
