namespace Planner.Measurements;

/// <summary>What was measured, kept for the next run. Several processes may share one store.</summary>
public interface IMeasurementStore : IDisposable
{
    /// <summary>Keeps a batch: all of it or, after a crash, none of it.</summary>
    /// <exception cref="StoreException">The store cannot be written.</exception>
    void Append(MeasurementBatch batch);

    /// <summary>The latest samples of every arc of a device class, oldest first: arcs that reached their end, also those that were late. Without these, the slow ones, bounds would be too small.</summary>
    /// <param name="deviceClass">The device class.</param>
    /// <param name="latestPerArc">How many samples of each arc at the most.</param>
    IReadOnlyList<ArcSample> ReadArcs(string deviceClass, int latestPerArc);

    /// <summary>The latest transfers over a link in a phase, oldest first.</summary>
    IReadOnlyList<TransferSample> ReadTransfers(string link, TransferPhase phase, int latest);

    /// <summary>The latest state sizes of a device class, oldest first.</summary>
    IReadOnlyList<StateSizeSample> ReadStateSizes(string deviceClass, int latest);

    /// <summary>The latest scores of a device class, oldest first: of commits under any SLA class, and of rehearsals.</summary>
    IReadOnlyList<BlackoutSample> ReadScores(string deviceClass, BlackoutSpan span, int latest);

    /// <summary>Attempts, oldest first.</summary>
    IReadOnlyList<MigrationAttempt> ReadAttempts(AttemptFilter filter);

    /// <summary>The attempt with an identifier, or with the one that begins like this if there is only one; null if there is none.</summary>
    /// <param name="id">An identifier, or its beginning.</param>
    MigrationAttempt? FindAttempt(string id);

    /// <summary>All attempts that ended at a moment or later, summed up, oldest first.</summary>
    /// <param name="machine">Those of a machine; null for all.</param>
    /// <param name="since">The moment.</param>
    IReadOnlyList<AttemptSummary> ReadSummaries(string? machine, DateTimeOffset since);

    /// <summary>The first scores of each group of like machines, each group's oldest first: those whose key is of a class (<see cref="EvidenceKey.IsOf"/>).</summary>
    /// <param name="likeClass">The class, as in <see cref="EvidenceKey.Class"/>.</param>
    /// <param name="span">The part of the blackout.</param>
    /// <param name="firstOfEach">How many of each group at the most.</param>
    IReadOnlyList<BlackoutSample> ReadFirstScores(string likeClass, BlackoutSpan span, int firstOfEach);

    /// <summary>All that was ever seen of a link, one sample an age.</summary>
    IReadOnlyList<LinkAgeSample> ReadLinkAges(string link);

    /// <summary>Where machines went, newest first: of each pair of addresses the latest migration that ended on the destination.</summary>
    IReadOnlyList<MachineMove> ReadMoves();

    /// <summary>How long a machine was paused since a moment, at the most, in all attempts however they ended; for the error budget.</summary>
    TimeSpan ReadPauseSpent(string machine, DateTimeOffset since);
}
