using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>What a migration moves: the addresses of an order, read. Nothing is opened.</summary>
public sealed class MigrationTargets
{
    private MigrationTargets(MigrationOrder order, Drivers drivers, IReadOnlyList<(Target Source, Target Destination)> pairs)
    {
        Order = order;
        Drivers = drivers;
        Pairs = pairs;
    }

    /// <summary>What was asked for.</summary>
    public MigrationOrder Order { get; }

    /// <summary>Sources and destinations: the devices, or the one machine.</summary>
    public IReadOnlyList<(Target Source, Target Destination)> Pairs { get; }

    /// <summary>All of them.</summary>
    public IReadOnlyList<Target> All => [.. Pairs.SelectMany(p => new[] { p.Source, p.Destination })];

    /// <summary>Whether a hypervisor carries it out.</summary>
    public bool IsMachine { get; private init; }

    internal Drivers Drivers { get; }

    internal string Channel { get; private init; } = "";

    internal string Listen { get; private init; } = "";

    /// <summary>Reads the addresses of an order.</summary>
    /// <param name="order">What is asked for.</param>
    /// <param name="drivers">What can be reached.</param>
    /// <exception cref="OrderRefusedException">They do not go together.</exception>
    /// <exception cref="DeviceException">One is no address.</exception>
    /// <exception cref="HypervisorException">One is no address.</exception>
    public static MigrationTargets Parse(MigrationOrder order, Drivers drivers) =>
        drivers.IsHypervisor(order.Source) || drivers.IsHypervisor(order.Destination) ? ParseMachine(order, drivers) : ParseDevices(order, drivers);

    /// <summary>The name that records and error budgets are kept under. An address is none for a budget: the machine has another one after each migration.</summary>
    /// <param name="known">What its hypervisor calls it; null if nobody calls it anything.</param>
    /// <exception cref="OrderRefusedException">There is none, and the class needs one.</exception>
    internal string NameOf(string? known) =>
        Order.Machine is { Length: > 0 } name ? name
        : known ?? (Order.Policy is { ErrorBudget: null, Attempts: null } ? Order.Source : throw new OrderRefusedException(
            OrderFault.InvalidInput, $"the class '{Order.Policy.Name}' has {(Order.Policy.ErrorBudget is null ? "a limit on attempts" : "an error budget")}, which is kept under the machine's name: say it with --machine NAME"));

    private static MigrationTargets ParseDevices(MigrationOrder order, Drivers drivers)
    {
        if (order.Channel is not null || order.Listen is not null)
        {
            throw new OrderRefusedException(OrderFault.InvalidInput, $"--channel and --listen are for machines ({drivers.HypervisorForms}); devices send through the planner");
        }

        if (order.Transport != MigrationTransport.AsFound)
        {
            throw new OrderRefusedException(OrderFault.InvalidInput, $"--tls-creds and --channels are for machines ({drivers.HypervisorForms}); devices send through the planner");
        }

        if (order.IsPaused)
        {
            throw new OrderRefusedException(OrderFault.InvalidInput, $"--paused is for machines ({drivers.HypervisorForms}); a device has no guest that could be paused");
        }

        var targets = new MigrationTargets(order, drivers, DevicePairs.ParseLists(drivers, order.Source, order.Destination));
        targets.NameOf(known: null);
        return targets;
    }

    private static MigrationTargets ParseMachine(MigrationOrder order, Drivers drivers)
    {
        Target ParseOne(string address) => drivers.IsHypervisor(address)
            ? drivers.FindHypervisor(address)
            : throw new OrderRefusedException(OrderFault.InvalidInput, $"{address} is no virtual machine; a machine migrates to a machine: write {drivers.HypervisorForms} for both");
        ParseOne(order.Destination);
        var (source, destination) = (ParseOne(order.Source), drivers.FindDestination(order.Source, order.Destination));
        if (source.Identity is not null && source.Identity == destination.Identity)
        {
            throw new OrderRefusedException(OrderFault.InvalidInput, $"{order.Source} is named twice; a machine cannot migrate to itself");
        }

        if (order.Transport.Problem is { } wrong)
        {
            throw new OrderRefusedException(OrderFault.InvalidInput, wrong);
        }

        var channel = order.Channel ?? drivers.ChannelTo(destination.Address);
        var listen = order.Listen ?? channel;
        foreach (var (option, text) in new[] { ("--channel", channel), ("--listen", listen) })
        {
            if (drivers.FindChannelProblem(destination.Address, text) is { } problem)
            {
                throw new OrderRefusedException(OrderFault.InvalidInput, $"{option}: {problem}");
            }
        }

        return new MigrationTargets(order, drivers, [(source, destination)]) { IsMachine = true, Channel = channel, Listen = listen };
    }
}
