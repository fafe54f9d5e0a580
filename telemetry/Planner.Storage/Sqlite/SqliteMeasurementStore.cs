using System.Data.Common;
using Microsoft.Data.Sqlite;
using Planner.Measurements;

namespace Planner.Storage;

/// <summary>
/// Measurements and models in one SQLite file. What <see cref="Append"/> has returned from survives a kill and a power cut.
/// Several processes may use the file at once; the calls of one instance may come from any thread.
/// </summary>
public sealed partial class SqliteMeasurementStore : IMeasurementStore, IModelStore
{
    private static readonly TimeSpan DefaultBusyTimeout = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private readonly string _path;

    private SqliteMeasurementStore(SqliteConnection connection, string path, bool isReadOnly)
    {
        _connection = connection;
        _path = path;
        IsReadOnly = isReadOnly;
    }

    /// <summary>Whether the file can be read but not written: decisions can still use it, <see cref="Append"/> fails.</summary>
    public bool IsReadOnly { get; }

    /// <summary>Opens a store, and makes it (for the owner only, 0600) where it is missing.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="busyTimeout">How long a call waits for another program that writes; from 1 s, 10 s if null.</param>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public static SqliteMeasurementStore Open(StoreAddress address, TimeSpan? busyTimeout = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(busyTimeout ?? DefaultBusyTimeout, TimeSpan.FromSeconds(1), nameof(busyTimeout));
        var (connection, isReadOnly) = SqliteFile.Open(address, busyTimeout ?? DefaultBusyTimeout);
        return new SqliteMeasurementStore(connection, address.Path, isReadOnly);
    }

    /// <inheritdoc/>
    public void Append(MeasurementBatch batch)
    {
        if (IsReadOnly)
        {
            throw SqliteFailure.CannotBeWritten(_path);
        }

        Guarded(() =>
        {
            using var transaction = _connection.BeginTransaction();
            _connection.ExecuteAll(Statements.InsertArc, batch.Arcs.Select(ArcRow.From).Select(r => r.Parameters));
            _connection.ExecuteAll(Statements.InsertTransfer, batch.Transfers.Select(TransferRow.From).Select(r => r.Parameters));
            _connection.ExecuteAll(Statements.InsertStateSize, batch.StateSizes.Select(StateSizeRow.From).Select(r => r.Parameters));
            _connection.ExecuteAll(Statements.InsertBlackout, batch.Blackouts.Select(BlackoutRow.From).Select(r => r.Parameters));
            _connection.ExecuteAll(Statements.AddLinkAge, batch.LinkAges.Select(a => new (string, object?)[] { (nameof(a.Link), a.Link), (nameof(a.Age), a.Age), (nameof(a.Seen), a.Seen), (nameof(a.Broke), a.Broke) }));
            _connection.ExecuteAll(Statements.WriteMigration, batch.Migrations.Select(MigrationRow.From).Select(r => r.Parameters));
            transaction.Commit();
            return true;
        });
    }

    /// <inheritdoc/>
    public IReadOnlyList<ArcSample> ReadArcs(string deviceClass, int latestPerArc) => Guarded(() => _connection
        .Query(Statements.ReadArcs, ArcRow.Read, ("deviceClass", deviceClass), ("completed", nameof(ArcOutcome.Completed)), ("late", nameof(ArcOutcome.CompletedLate)), ("latest", latestPerArc))
        .Select(r => r.ToSample())
        .GroupBy(s => s.Arc)
        .SelectMany(arc => arc.TakeLast(latestPerArc))
        .OrderBy(s => s.At)
        .ToList());

    /// <inheritdoc/>
    public IReadOnlyList<TransferSample> ReadTransfers(string link, TransferPhase phase, int latest) => Guarded(() => _connection
        .Query(Statements.ReadTransfers, TransferRow.Read, ("link", link), ("phase", phase.ToString()), ("latest", latest))
        .Select(r => r.ToSample()).Reverse().ToList());

    /// <inheritdoc/>
    public IReadOnlyList<StateSizeSample> ReadStateSizes(string deviceClass, int latest) => Guarded(() => _connection
        .Query(Statements.ReadStateSizes, StateSizeRow.Read, ("deviceClass", deviceClass), ("latest", latest))
        .Select(r => r.ToSample()).Reverse().ToList());

    /// <inheritdoc/>
    public IReadOnlyList<BlackoutSample> ReadBlackouts(string deviceClass, string slaClass, BlackoutSpan span, int latest) => Guarded(() => _connection
        .Query(
            Statements.ReadBlackouts,
            BlackoutRow.Read,
            ("deviceClass", deviceClass),
            ("slaClass", slaClass),
            ("span", span.ToString()),
            ("commit", nameof(BlackoutKind.Commit)),
            ("rehearsal", nameof(BlackoutKind.Rehearsal)),
            ("latest", latest))
        .Select(r => r.ToSample()).Reverse().ToList());

    /// <inheritdoc/>
    public IReadOnlyList<LinkAgeSample> ReadLinkAges(string link) => Guarded(() => _connection
        .Query(Statements.ReadLinkAges, row => new LinkAgeSample(link, row.GetInt32(0), row.GetInt64(1), row.GetInt64(2)), ("link", link)));

    /// <inheritdoc/>
    public TimeSpan ReadBlackoutSpent(string machine, DateTimeOffset since) => Guarded(() => TimeSpan.FromTicks(
        _connection.QueryNumber(Statements.ReadBlackoutSpent, ("machine", machine), ("sinceTicks", since.UtcTicks)) ?? 0));

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _connection.Dispose();
        }
    }

    private T Guarded<T>(Func<T> work)
    {
        lock (_gate)
        {
            try
            {
                return work();
            }
            catch (SqliteException e)
            {
                throw SqliteFailure.Explain(e, _path);
            }
            catch (FormatException e)
            {
                throw new StoreException($"The store {_path} holds a row that this planner cannot read ({e.Message}): use the planner that wrote it, or name another file with --store.", e);
            }
        }
    }

    private static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);

    private static T Word<T>(string text)
        where T : struct, Enum =>
        Enum.TryParse<T>(text, out var value) ? value : throw new FormatException($"'{text}' is no {typeof(T).Name}");

    private sealed record ArcRow(string Device, string DeviceClass, string Arc, string Outcome, long DurationTicks, long AtTicks)
    {
        public (string Name, object? Value)[] Parameters => [
            (nameof(Device), Device),
            (nameof(DeviceClass), DeviceClass),
            (nameof(Arc), Arc),
            (nameof(Outcome), Outcome),
            (nameof(DurationTicks), DurationTicks),
            (nameof(AtTicks), AtTicks),
        ];

        public static ArcRow Read(DbDataReader row) => new(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.GetInt64(5));

        public static ArcRow From(ArcSample s) =>
            new(s.Device, s.DeviceClass, s.Arc.ToString(), s.Outcome.ToString(), s.Duration.Ticks, s.At.UtcTicks);

        public ArcSample ToSample() => new(
            Device,
            DeviceClass,
            Measurements.Arc.TryParse(Arc, out var arc) ? arc : throw new FormatException($"'{Arc}' is no arc"),
            TimeSpan.FromTicks(DurationTicks),
            Word<ArcOutcome>(Outcome),
            At(AtTicks));
    }

    private sealed record TransferRow(string Link, string Phase, long Bytes, long FixedTicks, long MovingTicks, long AtTicks)
    {
        public (string Name, object? Value)[] Parameters => [
            (nameof(Link), Link),
            (nameof(Phase), Phase),
            (nameof(Bytes), Bytes),
            (nameof(FixedTicks), FixedTicks),
            (nameof(MovingTicks), MovingTicks),
            (nameof(AtTicks), AtTicks),
        ];

        public static TransferRow Read(DbDataReader row) => new(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5));

        public static TransferRow From(TransferSample s) =>
            new(s.Link, s.Phase.ToString(), s.Bytes, s.Fixed.Ticks, s.Moving.Ticks, s.At.UtcTicks);

        public TransferSample ToSample() =>
            new(Link, Word<TransferPhase>(Phase), Bytes, TimeSpan.FromTicks(FixedTicks), TimeSpan.FromTicks(MovingTicks), At(AtTicks));
    }

    private sealed record StateSizeRow(string DeviceClass, long? ExpectedBytes, long ActualBytes, long AtTicks)
    {
        public (string Name, object? Value)[] Parameters => [
            (nameof(DeviceClass), DeviceClass),
            (nameof(ExpectedBytes), ExpectedBytes),
            (nameof(ActualBytes), ActualBytes),
            (nameof(AtTicks), AtTicks),
        ];

        public static StateSizeRow Read(DbDataReader row) => new(row.GetString(0), row.NumberOrNull(1), row.GetInt64(2), row.GetInt64(3));

        public static StateSizeRow From(StateSizeSample s) => new(s.DeviceClass, s.ExpectedBytes, s.ActualBytes, s.At.UtcTicks);

        public StateSizeSample ToSample() => new(DeviceClass, ExpectedBytes, ActualBytes, At(AtTicks));
    }

    private sealed record BlackoutRow(string DeviceClass, string SlaClass, string Kind, string Span, long PredictedTicks, long ActualTicks, long AtTicks, long? WasCalm)
    {
        public (string Name, object? Value)[] Parameters => [
            (nameof(DeviceClass), DeviceClass),
            (nameof(SlaClass), SlaClass),
            (nameof(Kind), Kind),
            (nameof(Span), Span),
            (nameof(PredictedTicks), PredictedTicks),
            (nameof(ActualTicks), ActualTicks),
            (nameof(AtTicks), AtTicks),
            (nameof(WasCalm), WasCalm),
        ];

        public static BlackoutRow Read(DbDataReader row) => new(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.NumberOrNull(7));

        public static BlackoutRow From(BlackoutSample s) =>
            new(s.DeviceClass, s.SlaClass, s.Kind.ToString(), s.Span.ToString(), s.Predicted.Ticks, s.Actual.Ticks, s.At.UtcTicks, s.WasCalm is { } calm ? Convert.ToInt64(calm) : null);

        public BlackoutSample ToSample() => new(
            DeviceClass,
            SlaClass,
            Word<BlackoutKind>(Kind),
            Word<BlackoutSpan>(Span),
            TimeSpan.FromTicks(PredictedTicks),
            TimeSpan.FromTicks(ActualTicks),
            At(AtTicks))
        {
            WasCalm = WasCalm is { } calm ? calm != 0 : null,
        };
    }

    private sealed record MigrationRow(
        string Id,
        string Machine,
        string Source,
        string Destination,
        string SlaClass,
        string Outcome,
        long LimitTicks,
        long? BoundTicks,
        long BlackoutTicks,
        long StartedTicks,
        long EndedTicks,
        string Reason,
        string? Snapshot,
        string? Method)
    {
        public (string Name, object? Value)[] Parameters => [
            (nameof(Id), Id),
            (nameof(Machine), Machine),
            (nameof(Source), Source),
            (nameof(Destination), Destination),
            (nameof(SlaClass), SlaClass),
            (nameof(Outcome), Outcome),
            (nameof(LimitTicks), LimitTicks),
            (nameof(BoundTicks), BoundTicks),
            (nameof(BlackoutTicks), BlackoutTicks),
            (nameof(StartedTicks), StartedTicks),
            (nameof(EndedTicks), EndedTicks),
            (nameof(Reason), Reason),
            (nameof(Snapshot), Snapshot),
            (nameof(Method), Method),
        ];

        public static MigrationRow From(MigrationRecord r) => new(
            r.Id,
            r.Machine,
            r.Source,
            r.Destination,
            r.SlaClass,
            r.Outcome.ToString(),
            r.Limit.Ticks,
            r.Bound?.Ticks,
            r.Blackout.Ticks,
            r.Started.UtcTicks,
            r.Ended.UtcTicks,
            r.Reason,
            r.Snapshot,
            r.Method?.ToString());
    }
}
