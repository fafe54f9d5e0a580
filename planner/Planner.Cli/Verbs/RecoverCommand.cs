using System.CommandLine;
using Planner.Measurements;
using Planner.Sessions;
using Planner.Storage;

namespace Planner.Cli;

/// <summary><c>planner recover</c>: after a crash, brings every machine back to RUNNING, or on to it.</summary>
internal static class RecoverCommand
{
    public const string Name = "recover";

    public static Command Create(CommonOptions common)
    {
        var command = new Command(Name, "After a crash: find every interrupted migration and finish it, unwind it, or say what a person has to do.");
        command.SetAction((parsed, _) => RunAsync(common.Bind(parsed)));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context)
    {
        using var stop = new StopSignal();
        var recovered = await new CrashRecovery(StateDirectory.Locate(), new SessionServices { Drivers = context.Drivers }).RunAsync(stop.Token);
        foreach (var machine in recovered)
        {
            if (machine.Outcome == MigrationOutcome.NeedsPerson)
            {
                context.Error.WriteLine($"planner: {machine.Machine}: {machine.Reason}");
            }

            if (context.IsJson)
            {
                var report = new RecoveryReport(machine.MigrationId, machine.Machine, MigrationReport.Word(machine.Outcome), machine.Reason);
                context.Output.WriteLine(CliJson.Write(report, CliJson.Default.RecoveryReport));
            }
            else
            {
                context.Output.WriteLine($"{machine.Machine}: {machine.Reason}");
            }
        }

        if (recovered.Count == 0)
        {
            context.Say("Nothing to recover: no migration was interrupted.");
        }

        return recovered.Any(m => m.Outcome == MigrationOutcome.NeedsPerson) ? ExitStatus.NeedsPerson : ExitStatus.Done;
    }
}
