using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>What became of one interrupted migration.</summary>
/// <param name="MigrationId">The migration's identifier; empty if its journal could not be read.</param>
/// <param name="Machine">The machine's name, or the journal's file name if it could not be read.</param>
/// <param name="Outcome">Recovered or NeedsPerson; Completed if the migration was finished on the destination.</param>
/// <param name="Reason">One sentence: where the machine is, or what a person has to do.</param>
public sealed record RecoveredMachine(string MigrationId, string Machine, MigrationOutcome Outcome, string Reason)
{
    /// <summary>Why the recovery could not be written into the ledger, in one sentence; null if it was.</summary>
    public string? StoreTrouble { get; init; }
}
