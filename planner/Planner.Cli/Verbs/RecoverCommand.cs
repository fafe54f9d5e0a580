using System.CommandLine;
using Planner.Measurements;
using Planner.Sessions;

namespace Planner.Cli;

/// <summary><c>planner recover</c>: after a crash, brings every machine back to RUNNING, or on to it.</summary>
internal static class RecoverCommand
{
    public const string Name = "recover";

    public static Command Create(CommonOptions common)
    {
        var command = new Command(Name, "After a crash: find every interrupted migration and finish it, unwind it, or say what a person has to do. It looks where this user's and the system's journals are, or in --state alone.");
        command.SetAction((parsed, _) => RunAsync(common.Bind(parsed)));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context)
    {
        using var stop = new StopSignal();
        Readiness.Prepare(1);
        var (found, status) = (0, ExitStatus.Done);
        using var ledger = new LazyLedger(context, stop);
        foreach (var place in context.JournalPlaces)
        {
            try
            {
                var recovery = new CrashRecovery(place, context.Services(null, stop) with { StateDirectory = null, Hurry = CancellationToken.None }) { Ledger = ledger.Open };
                foreach (var machine in await recovery.RunAsync(stop.Token))
                {
                    found++;
                    Print(context, machine);
                    status = machine.Outcome == MigrationOutcome.NeedsPerson ? ExitStatus.NeedsPerson : status;
                }

                foreach (var machine in recovery.UnderWay)
                {
                    context.Say($"{machine}: left alone, since its planner lives.");
                }
            }
            catch (JournalException e)
            {
                context.Error.WriteLine($"planner: {e.Message}");
                status = status == ExitStatus.Done ? ExitStatus.OtherFailure : status;
            }
        }

        var looked = $"Looked in {string.Join(" and ", context.JournalPlaces)}.";
        context.Say(found > 0 ? looked
            : status == ExitStatus.Done ? $"Nothing to recover: no migration was interrupted. {looked}"
            : $"Found no interrupted migration where it could be looked. {looked}");
        return status;
    }

    private static void Print(CommandContext context, RecoveredMachine machine)
    {
        if (machine.StoreTrouble is { } trouble)
        {
            context.Error.WriteLine($"planner: {trouble}");
        }

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

    /// <summary>The store, opened when there is something to write. A machine is brought home whether that can be done or not.</summary>
    private sealed class LazyLedger(CommandContext context, StopSignal stop) : IDisposable
    {
        private IMeasurementStore? _store;
        private bool _wasTried;

        public IMeasurementStore? Open()
        {
            if (!_wasTried)
            {
                _wasTried = true;
                try
                {
                    _store = context.OpenStore(stop.Token);
                }
                catch (Exception e) when (e is StoreException or OperationCanceledException)
                {
                    context.Error.WriteLine($"planner: {e.Message.TrimEnd('.')}; what is recovered is not written into the ledger.");
                }
            }

            return _store;
        }

        public void Dispose() => _store?.Dispose();
    }
}
