using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Planner.Telemetry;

namespace Planner.Cli;

/// <summary><c>planner migrate SOURCE DESTINATION</c>: a machine that its hypervisor migrates.</summary>
internal static class MachineMigration
{
    /// <summary>Runs it.</summary>
    /// <param name="context">Where to print.</param>
    /// <param name="arguments">What to do.</param>
    /// <param name="policy">The promise, within its maintenance window.</param>
    /// <param name="stop">The wish to stop.</param>
    public static async Task<SessionResult> RunAsync(CommandContext context, MigrateArguments arguments, SlaPolicy policy, StopSignal stop)
    {
        var targets = Parse(context.Drivers, arguments);
        var channel = Channel(context.Drivers, arguments, targets.Destination.Address);
        context.Guard(targets.Source, targets.Destination);
        Readiness.Prepare(1);
        using var store = context.OpenStore(stop.Token);
        var moved = EarlierMoves.Find(store, context.Drivers, [targets.Source]);
        await using var source = await OpenSourceAsync(context.Drivers, targets.Source.Address, moved, stop.Token);
        await using var destination = await context.Drivers.OpenHypervisorAsync(targets.Destination.Address, stop.Token);
        if (source.Offer.IsEmpty)
        {
            throw NoMachine(source, moved);
        }

        if (source.Offer.Host is { } host && host == destination.Offer.Host)
        {
            throw new CliException(ExitStatus.InvalidInput, $"{targets.Source.Address} and {targets.Destination.Address} are on one host; name the manager of another as the destination");
        }

        if (arguments.Paused && context.Drivers.IsManaged(source.Address))
        {
            throw new CliException(ExitStatus.TargetLacks, $"--paused is not offered for {source.Address}: its manager migrates a paused guest without a switchover to judge");
        }

        if (source.Offer.Process is { } process && process == destination.Offer.Process)
        {
            throw new CliException(ExitStatus.InvalidInput, $"{targets.Source.Address} and {targets.Destination.Address} are monitors of one machine; a machine cannot migrate to itself");
        }

        // By another monitor the same machine may be in another migration.
        var guard = context.Guard(targets.Source with { Process = source.Offer.Process }, targets.Destination with { Process = destination.Offer.Process });
        using var journal = (targets.Source.Identity ?? targets.Destination.Identity) is null ? null : new MigrationJournal(context.JournalPlace, guard);
        var services = context.Services(store, stop) with { Journal = journal };
        return await RunAsync(context, arguments, policy, (source, destination, moved), channel, services, stop.Token);
    }

    private static async Task<SessionResult> RunAsync(
        CommandContext context,
        MigrateArguments arguments,
        SlaPolicy policy,
        (IHypervisor Source, IHypervisor Destination, string? Moved) machines,
        (string Channel, string Listen) channel,
        SessionServices services,
        CancellationToken stop)
    {
        var name = MigrateCommand.MachineName(arguments, machines.Source.Offer.Name, policy);
        using var record = arguments.Record is { } path ? Record(machines.Source, path, stop) : null;
        using var telemetry = context.Otlp is { } collector ? TelemetryExport.Start(collector) : null;
        using var spans = new MigrationTelemetry();
        var request = new MachineMigrationRequest
        {
            Machine = name,
            Moved = machines.Moved,
            Source = machines.Source,
            Destination = machines.Destination,
            Channel = channel.Channel,
            Listen = channel.Listen,
            MayListenAlready = arguments.Channel is not null && arguments.Listen is null,
            IsPaused = arguments.Paused,
            Policy = policy,
            Mode = arguments.Mode(policy),
            ErrorBudgetRemaining = policy.ErrorBudget is { } budget ? budget.Remaining(services.Store!.ReadPauseSpent(name, TimeProvider.System.GetUtcNow() - budget.Per)) : null,
        };
        await WarmUp.MachinesAsync();
        if (arguments.IsRehearsal)
        {
            return await MigrationSession.RunAsync(request, services, stop);
        }

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

    private static async Task<IHypervisor> OpenSourceAsync(Drivers drivers, string address, string? moved, CancellationToken stop)
    {
        try
        {
            return await drivers.OpenHypervisorAsync(address, stop);
        }
        catch (HypervisorException e) when (e.Fault == HypervisorFault.NotFound && moved is not null)
        {
            throw EarlierMoves.Gone(e, moved);
        }
    }

    /// <summary>Says that there is no such machine, and where it went if that is known.</summary>
    public static Exception NoMachine(IHypervisor host, string? moved = null)
    {
        var missing = new HypervisorException(HypervisorFault.NotFound, $"{host.Address}: there is no such machine; check its name.");
        return moved is null ? missing : EarlierMoves.Gone(missing, moved);
    }

    private static IHypervisorRecording Record(IHypervisor machine, string path, CancellationToken stop) => machine is IRecordedHypervisor recorded
        ? recorded.Record(MigrateCommand.OpenRecord(path, stop))
        : throw new CliException(ExitStatus.TargetLacks, $"{machine.Address} cannot be recorded: leave out --record");

    private static (Target Source, Target Destination) Parse(Drivers drivers, MigrateArguments arguments)
    {
        Target ParseOne(string address) => drivers.IsHypervisor(address)
            ? drivers.FindHypervisor(address)
            : throw new CliException(ExitStatus.InvalidInput, $"{address} is no virtual machine; a machine migrates to a machine: write {drivers.HypervisorForms} for both");
        ParseOne(arguments.Destination);
        var (source, destination) = (ParseOne(arguments.Source), drivers.FindDestination(arguments.Source, arguments.Destination));
        return source.Identity is not null && source.Identity == destination.Identity
            ? throw new CliException(ExitStatus.InvalidInput, $"{arguments.Source} is named twice; a machine cannot migrate to itself")
            : (source, destination);
    }

    private static (string Channel, string Listen) Channel(Drivers drivers, MigrateArguments arguments, string destination)
    {
        var channel = arguments.Channel ?? drivers.ChannelTo(destination);
        var listen = arguments.Listen ?? channel;
        foreach (var (option, text) in new[] { ("--channel", channel), ("--listen", listen) })
        {
            if (drivers.FindChannelProblem(destination, text) is { } problem)
            {
                throw new CliException(ExitStatus.InvalidInput, $"{option}: {problem}");
            }
        }

        return (channel, listen);
    }
}
