using System.Data.Common;
using Dapper;
using Planner.Measurements;

namespace Planner.Storage;

/// <summary>
/// Measurements and models in a database. How to reach it, and what its failures mean, is the engine's own. What <see cref="Append"/> has returned from survives a kill and
/// a power cut. Several processes may use the database at once; the calls of one instance may come from any thread.
/// </summary>
/// <remarks>Statements and rows are met by code that is generated at build time, so that the program can be compiled ahead of time.</remarks>
public abstract class SqlMeasurementStore : IMeasurementStore, IModelStore
{
    private static readonly TimeSpan DefaultBusyTimeout = TimeSpan.FromSeconds(10);

    private protected SqlMeasurementStore(StoreAddress address, bool isReadOnly) => (Address, IsReadOnly) = (address, isReadOnly);

    /// <summary>Where it is.</summary>
    public StoreAddress Address { get; }

    /// <summary>Whether the store can be read but not written: decisions can still use it, writing fails.</summary>
    public bool IsReadOnly { get; }

    /// <summary>Whether a change was refused since another service has taken the store over: nothing new may be begun on it.</summary>
    public bool IsTakenOver { get; private protected set; }

    /// <summary>Opens a store, and makes it where it is missing: a file for the owner only (0600), the tables in an empty database.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="busyTimeout">How long a call waits for another program that writes; from 1 s, 10 s if null.</param>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public static SqlMeasurementStore Open(StoreAddress address, TimeSpan? busyTimeout = null)
    {
        var wait = busyTimeout ?? DefaultBusyTimeout;
        ArgumentOutOfRangeException.ThrowIfLessThan(wait, TimeSpan.FromSeconds(1), nameof(busyTimeout));
        return address is PostgresAddress database ? PostgresMeasurementStore.Open(database, wait) : SqliteMeasurementStore.Open((SqliteAddress)address, wait);
    }

    /// <summary>Opens a store that has to be there.</summary>
    /// <param name="address">Where it is.</param>
    /// <exception cref="StoreException">There is none, or it cannot be used.</exception>
    public static SqlMeasurementStore OpenExisting(StoreAddress address) => address is SqliteAddress file && !File.Exists(file.Path)
        ? throw new StoreException($"There is no store {address}: name the file of one.") { IsWrongAddress = true }
        : Open(address);

    /// <inheritdoc/>
    public void Append(MeasurementBatch batch) => Write((connection, transaction) =>
    {
        Insert(connection, transaction, batch);
        return true;
    });

    /// <inheritdoc/>
    public IReadOnlyList<ArcSample> ReadArcs(string deviceClass, int latestPerArc) => Read(connection => connection
        .Query<ArcRow>(Statements.ReadArcs, new { deviceClass, completed = nameof(ArcOutcome.Completed), late = nameof(ArcOutcome.CompletedLate), latest = latestPerArc })
        .Select(r => r.ToSample())
        .GroupBy(s => s.Arc)
        .SelectMany(arc => arc.TakeLast(latestPerArc))
        .OrderBy(s => s.At)
        .ToList());

    /// <inheritdoc/>
    public IReadOnlyList<TransferSample> ReadTransfers(string link, TransferPhase phase, int latest) => Read(connection => connection
        .Query<TransferRow>(Statements.ReadTransfers, new { link, phase = phase.ToString(), latest })
        .Select(r => r.ToSample()).Reverse().ToList());

    /// <inheritdoc/>
    public IReadOnlyList<StateSizeSample> ReadStateSizes(string deviceClass, int latest) => Read(connection => connection
        .Query<StateSizeRow>(Statements.ReadStateSizes, new { deviceClass, latest })
        .Select(r => r.ToSample()).Reverse().ToList());

    /// <inheritdoc/>
    public IReadOnlyList<BlackoutSample> ReadScores(string deviceClass, BlackoutSpan span, int latest) => Read(connection => connection
        .Query<ScoreRow>(
            Statements.ReadScores, new { deviceClass, span = span.ToString(), commit = nameof(BlackoutKind.Commit), rehearsal = nameof(BlackoutKind.Rehearsal), latest })
        .Select(r => r.ToSample()).Reverse().ToList());

    /// <inheritdoc/>
    public IReadOnlyList<BlackoutSample> ReadFirstScores(string likeClass, BlackoutSpan span, int firstOfEach) => Read(connection => connection
        .Query<ScoreRow>(
            Statements.ReadFirstScores,
            new
            {
                likeClass,
                start = EvidenceKey.Start(likeClass),
                end = EvidenceKey.Start(likeClass)[..^1] + '!',
                span = span.ToString(),
                commit = nameof(BlackoutKind.Commit),
                rehearsal = nameof(BlackoutKind.Rehearsal),
                firstOfEach,
            })
        .Select(r => r.ToSample()).ToList());

    /// <inheritdoc/>
    public IReadOnlyList<MigrationAttempt> ReadAttempts(AttemptFilter filter) => Read(connection => connection
        .Query<AttemptRow>(Statements.ReadAttempts, new
        {
            machine = filter.Machine,
            slaClass = filter.SlaClass,
            latest = filter.Latest,
            beforeTicks = filter.Before?.UtcTicks,
            outcome = filter.Outcome?.ToString(),
            begins = filter.Search is { } begins ? $"{Literally(begins)}%" : null,
            holds = filter.Search is { } holds ? $"%{Literally(holds)}%" : null,
        })
        .Select(r => Whole(connection, r)).Reverse().ToList());

    /// <inheritdoc/>
    public IReadOnlyList<AttemptSummary> ReadSummaries(string? machine, DateTimeOffset since) => Read(connection => connection
        .Query<SummaryRow>(Statements.ReadSummaries, new { machine, sinceTicks = since.UtcTicks })
        .Select(r => r.ToSummary()).ToList());

    /// <inheritdoc/>
    public MigrationAttempt? FindAttempt(string id) => Read(connection =>
    {
        List<AttemptRow> found = [.. connection.Query<AttemptRow>(Statements.FindAttempt, new { id })];
        return found is [var first, ..] && (found.Count == 1 || first.Id == id) ? Whole(connection, first) : null;
    });

    /// <inheritdoc/>
    public IReadOnlyList<LinkAgeSample> ReadLinkAges(string link) => Read(connection => connection
        .Query<LinkAgeRow>(Statements.ReadLinkAges, new { link })
        .Select(r => r.ToSample()).ToList());

    /// <inheritdoc/>
    public IReadOnlyList<MachineMove> ReadMoves() => Read(connection => connection
        .Query<MoveRow>(Statements.ReadMoves, new { within = nameof(MigrationOutcome.Completed), over = nameof(MigrationOutcome.CompletedOverLimit) })
        .Select(r => r.ToMove()).ToList());

    /// <inheritdoc/>
    public TimeSpan ReadPauseSpent(string machine, DateTimeOffset since) =>
        Read(connection => Column.Time(connection.ExecuteScalar<long>(Statements.ReadPauseSpent, new { machine, sinceTicks = since.UtcTicks })));

    /// <inheritdoc/>
    public long Save(ModelRecord model) => model.Body.Length > ModelRecord.MaximumBodyLength
        ? throw new ArgumentException($"The model has {model.Body.Length} characters, and at most {ModelRecord.MaximumBodyLength} are kept: train fewer trees.", nameof(model))
        : Write((connection, transaction) =>
        {
            TakeTurn(connection, transaction);
            var name = model.Name;
            var version = connection.ExecuteScalar<long>(Statements.ReadNextModelVersion, new { name }, transaction);
            connection.Execute(Statements.InsertModel, ModelRow.From(model with { Version = version }), transaction);
            connection.Execute(Statements.DropOldModels, new { name, newest = version, kept = IModelStore.KeptVersions }, transaction);
            return version;
        });

    /// <inheritdoc/>
    public ModelRecord? ReadLatestAccepted(string name) => ReadModels(name, leastAccepted: 1, latest: 1).SingleOrDefault();

    /// <inheritdoc/>
    public IReadOnlyList<ModelRecord> ReadModels(string name) => ReadModels(name, leastAccepted: 0, latest: IModelStore.KeptVersions + 1);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Runs work on an open connection that nobody else uses meanwhile.</summary>
    /// <exception cref="StoreException">The engine failed, in words that say what to do; or it may not be written and was to be.</exception>
    internal abstract T Use<T>(Func<DbConnection, T> work, bool toWrite);

    /// <summary>Keeps a batch within a transaction.</summary>
    internal void Insert(DbConnection connection, DbTransaction transaction, MeasurementBatch batch)
    {
        InsertSamples(connection, transaction, batch);

        // In one order everywhere, so that two programs never wait for each other.
        connection.Execute(Statements.AddLinkAge, batch.LinkAges.Select(LinkAgeRow.From).OrderBy(r => r.Link, StringComparer.Ordinal).ThenBy(r => r.Age), transaction);

        // One by one: in a list the first row's texts would say how long the texts of the others may be.
        foreach (var attempt in batch.Attempts)
        {
            connection.Execute(Statements.InsertAttempt, AttemptRow.From(attempt), transaction);
            connection.Execute(Statements.InsertPause, PauseRow.From(attempt), transaction);
            connection.Execute(Statements.InsertScore, attempt.Scores.Where(s => s.Actual > TimeSpan.Zero).Select(s => ScoreRow.From(s, attempt.Id)), transaction);
            foreach (var decision in DecisionRow.From(attempt))
            {
                connection.Execute(Statements.InsertDecision, decision, transaction);
            }
        }
    }

    private List<ModelRecord> ReadModels(string name, int leastAccepted, int latest) => Read(connection => connection
        .Query<ModelRow>(Statements.ReadModels, new { name, leastAccepted, latest, longest = ModelRecord.MaximumBodyLength })
        .Select(r => r.IsIntact
            ? r.ToModel()
            : throw new StoreException($"The model {r.Name} v{r.Version} in the store {Address} is damaged (its checksum does not match), and it is not used: train a new one."))
        .ToList());

    // What has a meaning in a pattern stands for itself.
    private static string Literally(string text) => text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);

    private static MigrationAttempt Whole(DbConnection connection, AttemptRow row)
    {
        var id = row.Id;
        return row.ToAttempt(
            connection.Query<PauseRow>(Statements.ReadPauses, new { id }),
            connection.Query<DecisionRow>(Statements.ReadDecisions, new { id }),
            connection.Query<ScoreRow>(Statements.ReadScoresOfAttempt, new { id }));
    }

    /// <summary>Reads; a row that cannot be is a <see cref="StoreException"/>.</summary>
    internal T Read<T>(Func<DbConnection, T> work)
    {
        try
        {
            return Use(work, toWrite: false);
        }
        catch (FormatException e)
        {
            throw new StoreException($"The store {Address} holds a row that this planner cannot read ({e.Message}): use the planner that wrote it, or name another one with --store.", e);
        }
    }

    /// <summary>Makes what the transaction then does come after all that others do who took their turn before, to its end.</summary>
    internal virtual void TakeTurn(DbConnection connection, DbTransaction transaction)
    {
    }

    /// <summary>Begins to read things as they are at one moment.</summary>
    internal abstract DbTransaction BeginReading(DbConnection connection);

    /// <summary>Keeps others from writing to tables until the transaction ends; where nobody can anyway, it does nothing.</summary>
    internal virtual void LockTables(DbConnection connection, DbTransaction transaction, IEnumerable<string> tables)
    {
    }

    /// <summary>Puts rows into a table as they are.</summary>
    internal abstract void InsertRows(StoredTable table, IEnumerable<IReadOnlyList<object?>> rows);

    /// <summary>Keeps the samples of arcs, transfers and sizes of state.</summary>
    private protected abstract void InsertSamples(DbConnection connection, DbTransaction transaction, MeasurementBatch batch);

    /// <summary>Writes in one transaction.</summary>
    internal virtual T Write<T>(Func<DbConnection, DbTransaction, T> work) => Use(
        connection =>
        {
            using var transaction = connection.BeginTransaction();
            var result = work(connection, transaction);
            transaction.Commit();
            return result;
        },
        toWrite: true);
}
