namespace Planner.Measurements;

/// <summary>One step of a migration in its journal.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="TimestampNanoseconds">When, on the monotonic clock of the host.</param>
/// <param name="Side">The side of the device; without meaning for a handover.</param>
/// <param name="Device">The index of the device in the plan; without meaning for a handover.</param>
/// <param name="Arc">The arc; without meaning for resets and a handover.</param>
/// <param name="Outcome">How the arc ended; without meaning for other kinds.</param>
public readonly record struct JournalEntry(
    JournalEntryKind Kind,
    long TimestampNanoseconds,
    MigrationSide Side,
    int Device,
    Arc Arc,
    ArcOutcome Outcome);
