using Planner.Measurements;
using Planner.Policies;

namespace Planner.Fleet;

/// <summary>Moves of a fleet's machines that the ledger knows of, as evidence for the durations of those to come.</summary>
public static class FleetEvidence
{
    /// <summary>The most attempts of the ledger that are looked at.</summary>
    public const int Latest = 20_000;

    /// <summary>The fleet with what the ledger adds to its evidence. The ledger does not keep a machine's memory, so that only moves of machines of this fleet count.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="store">The ledger.</param>
    public static FleetSpec AddTo(FleetSpec fleet, IMeasurementStore store)
    {
        var memory = fleet.Machines.ToDictionary(m => m.Name, m => m.MemoryBytes);
        var moves = store.ReadAttempts(new AttemptFilter(null, null, Latest))
            .Where(a => a is { Kind: AttemptKind.Migration, Outcome: MigrationOutcome.Completed or MigrationOutcome.CompletedOverLimit, Traffic.PreCopyBytesPerSecond: >= 1 } && a.Ended > a.Started && memory.ContainsKey(a.Machine))
            .Select(a => new PastMove(memory[a.Machine], a.Traffic.PreCopyBytesPerSecond!.Value, (a.Ended - a.Started).TotalSeconds));
        return fleet with { Evidence = [.. fleet.Evidence, .. moves] };
    }
}
