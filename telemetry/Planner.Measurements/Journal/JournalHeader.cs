namespace Planner.Measurements;

/// <summary>The whole intended walk, written down before anything is touched: enough to bring every device back, or on, after a crash.</summary>
/// <param name="MigrationId">The migration's identifier.</param>
/// <param name="Machine">The machine's name.</param>
/// <param name="Started">When the session started.</param>
/// <param name="OnFailure">What may be tried after a failure, in this order: <c>unwind</c>, <c>reset</c>.</param>
/// <param name="Devices">The machine's devices.</param>
public sealed record JournalHeader(
    string MigrationId,
    string Machine,
    DateTimeOffset Started,
    IReadOnlyList<string> OnFailure,
    IReadOnlyList<JournalDevice> Devices);
