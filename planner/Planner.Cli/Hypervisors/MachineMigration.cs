using Planner.Documents;
using Planner.Engine;
using Planner.Hypervisors;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Planner.Storage;
using Planner.Telemetry;

namespace Planner.Cli;

/// <summary><c>planner migrate qmp:SOURCE qmp:DESTINATION</c>: a machine that its hypervisor migrates.</summary>
internal static class MachineMigration
{
    private const string Scheme = "qmp:";

    /// <summary>Whether an address is that of a machine.</summary>
    public static bool IsMachine(string address) => address.StartsWith(Scheme, StringComparison.Ordinal);

    /// <summary>Runs it.</summary>
    /// <param name="context">Where to print.</param>
    /// <param name="arguments">What to do.</param>
    /// <param name="policy">The promise, within its maintenance window.</param>
    /// <param name="stop">The wish to stop.</param>
    public static async Task<SessionResult> RunAsync(CommandContext context, MigrateArguments arguments, SlaPolicy policy, CancellationToken stop)
    {
        var channel = Channel(arguments);
        RefuseInterrupted(arguments);
        using var store = context.OpenStore();
        try
        {
            await using var source = await QemuMachine.OpenAsync(arguments.Source, TimeProvider.System, stop);
            await using var destination = await QemuMachine.OpenAsync(arguments.Destination, TimeProvider.System, stop);
            return await RunAsync(context, arguments, policy, (source, destination), channel, store, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw new CliException(ExitStatus.Stayed, "stayed RUNNING: it was cancelled before anything was touched");
        }
    }

    /// <summary>Opens a monitor.</summary>
    /// <exception cref="HypervisorException">It cannot be opened.</exception>
    public static async Task<IHypervisor> OpenAsync(string address, CancellationToken cancellationToken) =>
        await QemuMachine.OpenAsync(address, TimeProvider.System, cancellationToken).ConfigureAwait(false);

    private static async Task<SessionResult> RunAsync(
        CommandContext context,
        MigrateArguments arguments,
        SlaPolicy policy,
        (QemuMachine Source, QemuMachine Destination) machines,
        (string Channel, string Listen) channel,
        IMeasurementStore store,
        CancellationToken stop)
    {
        var name = arguments.Machine ?? machines.Source.Offer.Name ?? arguments.Source;
        using var record = arguments.Record is { } path ? new QemuRecorder(MigrateCommand.OpenRecord(path)) : null;
        machines.Source.Trace = record is null ? null : record.Take;
        using var journal = new MigrationJournal(StateDirectory.Locate());
        using var telemetry = context.Otlp is { } collector ? TelemetryExport.Start(collector) : null;
        using var spans = new MigrationTelemetry();
        var request = new MachineMigrationRequest
        {
            Machine = name,
            Source = machines.Source,
            Destination = machines.Destination,
            Channel = channel.Channel,
            Listen = channel.Listen,
            MayListenAlready = arguments.Channel is not null && arguments.Listen is null,
            Policy = policy,
            Mode = arguments.Shadow || policy.Mode == SlaMode.Shadow ? MigrationMode.Shadow : MigrationMode.Active,
            ErrorBudgetRemaining = policy.ErrorBudget is { } budget ? budget.Remaining(store.ReadBlackoutSpent(name, TimeProvider.System.GetUtcNow() - budget.Per)) : null,
        };
        var services = new SessionServices { Store = store, Journal = journal, OpenHypervisor = OpenAsync };
        await WarmUp.MachinesAsync();
        var result = await MigrateCommand.RunShownAsync(context, request, services, [spans], stop);
        record?.Dispose();
        MigrateCommand.Print(context, result, record?.Trouble);
        telemetry?.Dispose();
        if (telemetry?.Problem is { } problem)
        {
            context.Error.WriteLine($"planner: {problem}");
        }

        return result;
    }

    /// <summary>Without a channel the memory goes through a socket beside the destination's monitor, where its process may make one.</summary>
    private static (string Channel, string Listen) Channel(MigrateArguments arguments)
    {
        var (source, destination) = (Path(arguments.Source), Path(arguments.Destination));
        if (source == destination)
        {
            throw new CliException(ExitStatus.InvalidInput, $"{arguments.Source} is named twice; a machine cannot migrate to itself");
        }

        var channel = arguments.Channel ?? $"unix:{destination}.migration";
        var listen = arguments.Listen ?? channel;
        foreach (var (option, text) in new[] { ("--channel", channel), ("--listen", listen) })
        {
            if (!ChannelAddress.TryParse(text, out _, out var problem))
            {
                throw new CliException(ExitStatus.InvalidInput, $"{option}: {problem}");
            }
        }

        return (channel, listen);
    }

    private static string Path(string address) =>
        !IsMachine(address)
            ? throw new CliException(ExitStatus.InvalidInput, $"{address} is no virtual machine; a machine migrates to a machine: write qmp:PATH for both")
            : HypervisorAddress.TryParse(address, out var parsed, out var problem) ? parsed.Path : throw new CliException(ExitStatus.InvalidInput, problem);

    private static void RefuseInterrupted(MigrateArguments arguments)
    {
        if (CrashRecovery.FindInterrupted(StateDirectory.Locate(), [arguments.Source, arguments.Destination]) is { } machine)
        {
            throw new CliException(ExitStatus.NeedsPerson, $"a migration of {machine} was interrupted; run 'planner recover' first");
        }
    }
}
