using Planner.Documents;
using Planner.Measurements;
using Planner.Sessions;

namespace Planner.Service;

/// <summary>Migrations that an earlier process had begun, as they came out.</summary>
internal static class InterruptedMigrations
{
    private const int LatestOfMachine = 20;

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
            .. parts.Records.ActiveOperations().Select(OperationRecords.Read).Where(o => o.State == Operation.Running && !IsOfAnother(parts, o))
                .Select(o => EndOf(parts, o, recovered.FirstOrDefault(r => r.MigrationId == o.Id))),
        ];
    }

    /// <summary>The migrations that another service had under way, each with its end, as far as the ledger has it. What it does not have yet goes on there or waits for that service's recovery:
    /// it is never begun anew.</summary>
    public static IReadOnlyList<Operation> Adopt(ServiceParts parts) =>
    [
        .. from operation in parts.Records.ActiveOperations().Select(OperationRecords.Read)
           where operation.State == Operation.Running && IsOfAnother(parts, operation) && AgentWork.NodeOf(operation) is null
           let attempt = FindAttempt(parts, operation)
           where attempt is not null
           select OperationRecords.Ended(parts.Now, operation) with { Outcome = AttemptReport.Word(attempt.Outcome), Reason = attempt.Reason, AttemptId = attempt.Id, PausedSeconds = attempt.ArePausesKnown ? attempt.Pauses.Length.TotalSeconds : null },
    ];

    private static bool IsOfAnother(ServiceParts parts, Operation operation) => operation.RunBy is { } service && service != parts.Options.Name;

    /// <summary>What the ledger has of a migration: its attempt, or the recovery that ended it; null for nothing yet.</summary>
    public static MigrationAttempt? FindAttempt(ServiceParts parts, Operation operation) => parts.Samples.FindAttempt(operation.Id)
        ?? parts.Samples.ReadAttempts(new AttemptFilter(operation.Machine, null, LatestOfMachine)).LastOrDefault(a => a.Recovers == operation.Id);

    private static Operation EndOf(ServiceParts parts, Operation operation, RecoveredMachine? recovered)
    {
        var ended = OperationRecords.Ended(parts.Now, operation) with { Interrupted = true };
        return recovered is not null
            ? ended with { Outcome = AttemptReport.Word(recovered.Outcome), Reason = recovered.Reason, AttemptId = operation.Id }
            : parts.Samples.FindAttempt(operation.Id) is { } attempt
                ? ended with { Outcome = AttemptReport.Word(attempt.Outcome), Reason = attempt.Reason, AttemptId = attempt.Id, Interrupted = false }
                : OperationRecords.Stayed(parts.Now, ended, "The service was ended before anything was touched.", "ask for it again");
    }
}
