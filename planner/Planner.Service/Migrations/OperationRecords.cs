using System.Text.Json;
using Planner.Documents;
using Planner.Measurements;
using Planner.Storage;

namespace Planner.Service;

/// <summary>Migrations as the store and the listeners have them.</summary>
internal static class OperationRecords
{
    /// <summary>As it is stored.</summary>
    public static StoredOperation Of(Operation operation) =>
        new(operation.Id, operation.Machine, !operation.IsOver, JsonSerializer.Serialize(operation, ServiceJson.Default.Operation), operation.AskedBy ?? "", operation.CreateTime);

    /// <summary>As it was stored.</summary>
    public static Operation Read(StoredOperation stored) => JsonSerializer.Deserialize(stored.Body, ServiceJson.Default.Operation)!;

    /// <summary>A change of it.</summary>
    public static StoredEvent EventOf(Operation operation, string kind) =>
        new(0, operation.EndTime ?? operation.HeartbeatTime, kind, operation.Id, operation.Machine, JsonSerializer.Serialize(operation, ServiceJson.Default.Operation));

    /// <summary>A migration that is over; how it ended is yet to be said.</summary>
    public static Operation Ended(DateTimeOffset now, Operation operation) => operation with
    {
        State = Operation.Done,
        EndTime = now,
        HeartbeatTime = now,
        Phase = "ended",
        Progress = 1,
        EtaSeconds = null,
        StatusDetail = null,
    };

    /// <summary>A migration that ended before anything was touched.</summary>
    public static Operation Stayed(DateTimeOffset now, Operation operation, string reason, string? change) => Ended(now, operation) with
    {
        Outcome = AttemptReport.Word(MigrationOutcome.Stayed),
        Reason = reason,
        CheapestChange = change,
    };
}
