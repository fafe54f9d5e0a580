using System.CommandLine;
using Planner.Devices;
using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Planner.Telemetry;
using Spectre.Console;

namespace Planner.Cli;

/// <summary><c>planner migrate SOURCE DESTINATION --sla CLASS</c>: runs a migration under an SLA.</summary>
internal static class MigrateCommand
{
    public static Command Create(CommonOptions common)
    {
        var source = new Argument<string>("source") { Description = "The device to migrate; several, separated by commas, move together." };
        var destination = new Argument<string>("destination") { Description = "The device that takes its state; as many as sources, in the same order." };
        var sla = new Option<string>("--sla") { Description = "The SLA class.", HelpName = "CLASS", Required = true };
        var machine = new Option<string?>("--machine") { Description = "The machine's name, for error budgets and records; without it the source's address.", HelpName = "NAME" };
        var shadow = new Option<bool>("--shadow") { Description = "Evaluate and report, commit nothing." };
        var record = new Option<string?>("--record") { Description = "Write what happens to a file that 'replay' reads.", HelpName = "FILE" };
        var command = new Command("migrate", "Migrate devices under an SLA: commit only when the bound on the blackout fits.") { source, destination, sla, machine, shadow, record };
        command.SetAction(parsed => Run(
            common.Bind(parsed),
            new Arguments(
                parsed.GetRequiredValue(source),
                parsed.GetRequiredValue(destination),
                parsed.GetRequiredValue(sla),
                parsed.GetValue(machine) ?? parsed.GetRequiredValue(source),
                parsed.GetValue(shadow),
                parsed.GetValue(record))));
        return command;
    }

    private static int Run(CommandContext context, Arguments arguments)
    {
        using var stop = new StopSignal();
        var now = TimeProvider.System.GetUtcNow();
        var policy = context.FindPolicy(arguments.Sla);
        if (policy.Rule == SwitchoverRule.Calmest)
        {
            context.Error.WriteLine($"planner: the class '{policy.Name}' asks for the calmest moment, which this build cannot choose yet; the earliest that fits is taken.");
        }

        var addresses = MachineDevices.ParseAddresses(arguments.Source, arguments.Destination);
        if (ClosedWindow(policy, now) is { } closed)
        {
            context.Error.WriteLine($"planner: stayed RUNNING: {closed}");
            return ExitStatus.Stayed;
        }

        MachineDevices.RefuseInterrupted(addresses);
        using var store = context.OpenStore();
        using var devices = MachineDevices.Open(addresses);
        using var record = OpenRecord(arguments.Record);
        using var journal = devices.OutliveThisProcess ? new MigrationJournal(StateDirectory.Locate()) : null;
        using var telemetry = context.Otlp is { } collector ? TelemetryExport.Start(collector) : null;
        using var spans = new MigrationTelemetry();
        var request = new MigrationRequest
        {
            Machine = arguments.Machine,
            Devices = devices.Pairs,
            Policy = WithinWindow(policy, now),
            Mode = arguments.Shadow || policy.Mode == SlaMode.Shadow ? MigrationMode.Shadow : MigrationMode.Active,
            ErrorBudgetRemaining = policy.ErrorBudget is { } budget ? budget.Remaining(store.ReadBlackoutSpent(arguments.Machine, now - budget.Per)) : null,
        };
        var services = new SessionServices { Store = store, Models = store as IModelStore, Journal = journal, Reopen = MachineDevices.Open };
        var result = RunShown(context, request, services, [spans, .. record is null ? Array.Empty<ISessionObserver>() : [record]], stop.Token);
        Print(context, result, record?.Trouble);
        telemetry?.Dispose();
        if (telemetry?.Problem is { } problem)
        {
            context.Error.WriteLine($"planner: {problem}");
        }

        return MigrationReport.ExitStatusOf(result.Outcome);
    }

    /// <summary>Runs a session with its progress on the terminal.</summary>
    private static SessionResult RunShown(CommandContext context, MigrationRequest request, SessionServices services, ISessionObserver[] observers, CancellationToken stop)
    {
        SessionResult RunWith(ISessionObserver display)
        {
            using var background = new BackgroundObserver([display, .. observers]);
            return new MigrationSession(request, services with { Observers = [background] }).Run(stop);
        }

        return context.IsLive
            ? context.Console.Status().Start("opening", status => RunWith(new ProgressStatus(status)))
            : RunWith(new ProgressLines(context.IsJson ? context.Error : context.Output, context.Verbose));
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
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

    private static SessionRecorder? OpenRecord(string? path)
    {
        try
        {
            return path is null ? null : new SessionRecorder(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitStatus.InvalidInput, $"cannot write the recording {path}: {e.Message}");
        }
    }

    private sealed record Arguments(string Source, string Destination, string Sla, string Machine, bool Shadow, string? Record);
}
