using System.CommandLine;
using Planner.Measurements;
using Planner.Sessions;

namespace Planner.Cli;

/// <summary><c>planner steer libvirt:URI#DOMAIN --sla CLASS</c>: takes charge of the switchover of a migration that somebody else has started.</summary>
internal static class SteerCommand
{
    public static Command Create(CommonOptions common)
    {
        var target = new Argument<string>("target") { Description = $"The machine on its source, whose manager somebody else has migrate it: {common.Drivers.HypervisorForms}." };
        var sla = common.Sla();
        var command = new Command("steer", "Take charge of the switchover of a migration that somebody else has started, or will start: hold it until the bound fits, then let it go. The limit is given back when the class's time is over or this is stopped; nothing is aborted.") { target, sla };
        command.SetAction((parsed, _) => RunAsync(common.Bind(parsed), parsed.GetRequiredValue(target), parsed.GetRequiredValue(sla)));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string target, string sla)
    {
        using var stop = new StopSignal();
        var policy = context.FindPolicy(sla, stop.Token);
        using var store = context.OpenStore(stop.Token);
        await using var opened = await context.Drivers.OpenHypervisorAsync(target, stop.Token);
        var machine = opened as ISteeredHypervisor
            ?? throw new CliException(ExitStatus.TargetLacks, $"{target} cannot be steered beside another master: its migration is driven by whoever has its monitor; use 'planner migrate'");
        if (machine.Offer.IsEmpty)
        {
            throw PreparedMigration.NoMachine(machine);
        }

        using var journal = new MigrationJournal(context.JournalPlace, context.Guard(context.Drivers.FindHypervisor(target) with { Process = machine.Offer.Process }));
        return await new Steering(context, machine, policy, store, journal).RunAsync(stop.Token);
    }
}
