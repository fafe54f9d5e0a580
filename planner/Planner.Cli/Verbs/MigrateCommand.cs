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

    public static Command Create(CommonOptions common)
    {
        var source = new Argument<string>("source") { Description = $"What to migrate: a machine, {common.Drivers.HypervisorForms}, or a device, {common.Drivers.DeviceForms}; several devices, separated by commas, move together (a comma in a path is written \\,)." };
        var destination = new Argument<string>("destination") { Description = "What takes its state: a machine started with -incoming defer -S, or as many devices as sources." };
        var sla = common.Sla();
        var machine = new Option<string?>("--machine") { Description = "The machine's name, for error budgets and records; without it the hypervisor's name for it, or the source's address, under which no error budget is kept.", HelpName = "NAME" };
        var channel = new Option<string?>("--channel") { Description = "Where a machine's memory goes; without it a socket beside the destination's monitor.", HelpName = common.Drivers.ChannelForms };
        var listen = new Option<string?>("--listen") { Description = "Where the destination listens, if something stands between it and the channel.", HelpName = common.Drivers.ChannelForms };
        var shadow = new Option<bool>("--shadow") { Description = "Evaluate and report, commit nothing." };
        var paused = new Option<bool>("--paused") { Description = "Migrate a machine whose guest is paused, and leave it paused on the destination." };
        var record = new Option<string?>("--record") { Description = "Write what happens to a file that 'replay' reads.", HelpName = "FILE" };
        var command = new Command(Name, "Migrate a machine or devices under an SLA: commit only when the bound on the blackout fits.") { source, destination, sla, machine, channel, listen, shadow, paused, record };
        command.SetAction((parsed, _) => RunUntilStoppedAsync(
            common.Bind(parsed),
            new MigrateArguments(
                parsed.GetRequiredValue(source),
                parsed.GetRequiredValue(destination),
                parsed.GetRequiredValue(sla),
                parsed.GetValue(machine),
                parsed.GetValue(channel),
                parsed.GetValue(listen),
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
        if (ClosedWindow(policy, now) is { } closed)
        {
            throw NotBegun(context, arguments, policy, $"stayed RUNNING: {closed}");
        }

        policy = WithinWindow(policy, now);
        var result = context.Drivers.IsHypervisor(arguments.Source) || context.Drivers.IsHypervisor(arguments.Destination)
            ? await MachineMigration.RunAsync(context, arguments, policy, stop)
            : await RunDevicesAsync(context, arguments, policy, now, stop);
        return MigrationReport.ExitStatusOf(result);
    }

    /// <summary>Ends a migration that is not begun now: the machine stays as it is, and programs are told so too.</summary>
    public static CliException NotBegun(CommandContext context, MigrateArguments arguments, SlaPolicy policy, string reason)
    {
        if (context.IsJson)
        {
            context.Output.WriteLine(CliJson.Write(MigrationReport.NotBegun(arguments, policy, reason), CliJson.Default.MigrationReport));
        }

        return new CliException(ExitStatus.Stayed, reason);
    }

    private static async Task<SessionResult> RunDevicesAsync(CommandContext context, MigrateArguments arguments, SlaPolicy policy, DateTimeOffset now, StopSignal stop)
    {
        if (arguments.Channel is not null || arguments.Listen is not null)
        {
            throw new CliException(ExitStatus.InvalidInput, $"--channel and --listen are for machines ({context.Drivers.HypervisorForms}); devices send through the planner");
        }

        if (arguments.Paused)
        {
            throw new CliException(ExitStatus.InvalidInput, $"--paused is for machines ({context.Drivers.HypervisorForms}); a device has no guest that could be paused");
        }

        var targets = MachineDevices.ParseLists(context.Drivers, arguments.Source, arguments.Destination);
        if (policy.Rule == SwitchoverRule.Calmest)
        {
            context.Error.WriteLine($"planner: the class '{policy.Name}' asks for the calmest moment, which devices without memory do not have; the earliest that fits is taken.");
        }

        var machine = MachineName(arguments, known: null, policy);
        Readiness.Prepare(targets.Count);
        var guard = context.Guard([.. targets.SelectMany(t => new[] { t.Source, t.Destination })]);
        using var store = context.OpenStore(stop.Token);
        var moved = EarlierMoves.Find(store, context.Drivers, targets.Select(t => t.Source));
        using var devices = Interruptible.Run(() => MachineDevices.Open(context.Drivers, targets, moved), stop.Token);
        using var record = arguments.Record is { } path ? new SessionRecorder(OpenRecord(path, stop.Token)) : null;
        using var journal = devices.OutliveThisProcess ? new MigrationJournal(context.JournalPlace, guard) : null;
        using var telemetry = context.Otlp is { } collector ? TelemetryExport.Start(collector) : null;
        using var spans = new MigrationTelemetry();
        var request = new DeviceMigrationRequest
        {
            Machine = machine,
            Devices = devices.Pairs,
            Moved = moved,
            Policy = policy,
            Mode = arguments.Mode(policy),
            ErrorBudgetRemaining = policy.ErrorBudget is { } budget ? budget.Remaining(store.ReadPauseSpent(machine, now - budget.Per)) : null,
        };
        var services = context.Services(store, stop) with { Models = store as IModelStore, Journal = journal, QuietTime = QuietTime.Ask };
        await Readiness.ForDevicesAsync();
        var result = await RunShownAsync(context, request, services, [spans, .. record is null ? Array.Empty<ISessionObserver>() : [record]], stop.Token);
        Print(context, result, record?.Trouble);
        telemetry?.Dispose();
        if (telemetry?.Problem is { } problem)
        {
            context.Error.WriteLine($"planner: {problem}");
        }

        return result;
    }

    /// <summary>The name that records and error budgets are kept under. An address is none for a budget: the machine has another one after each migration.</summary>
    /// <param name="arguments">What was asked for.</param>
    /// <param name="known">The machine's name as its hypervisor knows it; null if nobody does.</param>
    /// <param name="policy">The promise.</param>
    public static string MachineName(MigrateArguments arguments, string? known, SlaPolicy policy) =>
        arguments.Machine is { Length: > 0 } name ? name
        : known ?? (policy.ErrorBudget is null ? arguments.Source : throw new CliException(
            ExitStatus.InvalidInput, $"the class '{policy.Name}' has an error budget, which is kept under the machine's name: say it with --machine NAME"));

    /// <summary>Runs a session with its progress on the terminal.</summary>
    public static async Task<SessionResult> RunShownAsync(
        CommandContext context, MigrationRequest request, SessionServices services, ISessionObserver[] observers, CancellationToken stop)
    {
        async Task<SessionResult> RunWithAsync(ISessionObserver display)
        {
            await using var background = new BackgroundObserver([display, .. observers]);
            return await MigrationSession.RunAsync(request, services with { Observers = [background] }, stop);
        }

        return context.IsLive
            ? await context.Console.Status().StartAsync("opening", status => RunWithAsync(new ProgressStatus(status)))
            : await RunWithAsync(new ProgressLines(context.IsJson ? context.Error : context.Output, context.Verbose));
    }

    /// <summary>Prints the outcome. A report that nobody can read changes nothing about what happened to the machine.</summary>
    public static void Print(CommandContext context, SessionResult result, string? recordTrouble)
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

    private static string? ClosedWindow(SlaPolicy policy, DateTimeOffset now)
    {
        if (policy.MaintenanceWindows.Count == 0 || policy.MaintenanceWindows.Any(w => w.ClosesAfter(now) is not null))
        {
            return null;
        }

        var next = policy.MaintenanceWindows.Min(w => w.OpensAfter(now));
        return next is { } opens
            ? $"no maintenance window of the class '{policy.Name}' is open; the next one opens at {opens.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC."
            : $"no maintenance window of the class '{policy.Name}' is open, and none opens again.";
    }

    /// <summary>The migration has to be complete when its window closes.</summary>
    private static SlaPolicy WithinWindow(SlaPolicy policy, DateTimeOffset now)
    {
        var closes = policy.MaintenanceWindows.Max(w => w.ClosesAfter(now));
        return closes is { } end && (policy.CompleteWithin is not { } within || end - now < within)
            ? policy with { CompleteWithin = end - now }
            : policy;
    }

    public static FileStream OpenRecord(string path, CancellationToken stop)
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
