namespace Planner.Measurements;

/// <summary>The end of one migration, as it is kept.</summary>
/// <param name="Id">The migration's identifier.</param>
/// <param name="Machine">The machine's name.</param>
/// <param name="Source">Where it was.</param>
/// <param name="Destination">Where it was to go.</param>
/// <param name="SlaClass">The SLA class.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Limit">The blackout limit.</param>
/// <param name="Bound">The bound that was decided on; null if no evidence supported one.</param>
/// <param name="Blackout">How long the guest did not run in all, pauses of gate 2 included.</param>
/// <param name="Started">When the session started.</param>
/// <param name="Ended">When it ended.</param>
/// <param name="Reason">One sentence.</param>
/// <param name="Snapshot">The input of the deciding evaluation as JSON, so that the decision can be repeated; null if there was none.</param>
public sealed record MigrationRecord(
    string Id,
    string Machine,
    string Source,
    string Destination,
    string SlaClass,
    MigrationOutcome Outcome,
    TimeSpan Limit,
    TimeSpan? Bound,
    TimeSpan Blackout,
    DateTimeOffset Started,
    DateTimeOffset Ended,
    string Reason,
    string? Snapshot)
{
    /// <summary>The pauses by what became of them, and how exactly they are known.</summary>
    public PauseSum Pauses { get; init; } = PauseSum.None;

    /// <summary>How the bound was found that was decided on; null if no evidence supported one.</summary>
    public BoundMethod? Method { get; init; }
}
