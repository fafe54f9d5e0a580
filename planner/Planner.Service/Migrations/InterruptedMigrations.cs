using Planner.Documents;
using Planner.Sessions;

namespace Planner.Service;

/// <summary>Migrations that an earlier process had begun, as they came out.</summary>
internal static class InterruptedMigrations
{
    /// <summary>Recovers what was interrupted.</summary>
    /// <returns>The migrations that were under way, each with its end.</returns>
    public static async Task<IReadOnlyList<Operation>> RecoverAsync(ServiceParts parts, CancellationToken stop)
    {
        var recovered = new List<RecoveredMachine>();
        foreach (var place in parts.Options.JournalPlaces)
        {
            recovered.AddRange(await new CrashRecovery(place, parts.Options.Sessions with { StateDirectory = null }) { Ledger = () => parts.Samples }.RunAsync(stop).ConfigureAwait(false));
        }

        foreach (var machine in recovered)
        {
            parts.Options.Say($"{machine.Machine}: {machine.Reason}");
        }

        return
        [
            .. parts.Records.ActiveOperations().Select(OperationRecords.Read).Where(o => o.State == Operation.Running)
                .Select(o => EndOf(parts, o, recovered.FirstOrDefault(r => r.MigrationId == o.Id))),
        ];
    }

    private static Operation EndOf(ServiceParts parts, Operation operation, RecoveredMachine? recovered)
    {
        var ended = operation with { State = Operation.Done, EndTime = parts.Now, HeartbeatTime = parts.Now, Phase = "ended", Progress = 1, EtaSeconds = null, StatusDetail = null, Interrupted = true };
        return recovered is not null
            ? ended with { Outcome = AttemptReport.Word(recovered.Outcome), Reason = recovered.Reason, AttemptId = operation.Id }
            : parts.Samples.FindAttempt(operation.Id) is { } attempt
                ? ended with { Outcome = AttemptReport.Word(attempt.Outcome), Reason = attempt.Reason, AttemptId = attempt.Id, Interrupted = false }
                : OperationRecords.Stayed(parts.Now, ended, "The service was ended before anything was touched.", "ask for it again");
    }
}
