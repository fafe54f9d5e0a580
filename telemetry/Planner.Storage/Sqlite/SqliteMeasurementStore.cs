using System.Data.Common;
using System.Runtime.InteropServices;
using Dapper;
using Microsoft.Data.Sqlite;
using Planner.Measurements;

namespace Planner.Storage;

/// <summary>Measurements and models in one SQLite file.</summary>
internal sealed class SqliteMeasurementStore : SqlMeasurementStore
{
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private readonly string _path;

    private SqliteMeasurementStore(SqliteConnection connection, SqliteAddress address, bool isReadOnly)
        : base(address, isReadOnly) => (_connection, _path) = (connection, address.Path);

    /// <summary>Opens a store, and makes it (for the owner only, 0600) where it is missing.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="busyTimeout">How long a call waits for another program that writes; at least 1 s.</param>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public static SqliteMeasurementStore Open(SqliteAddress address, TimeSpan busyTimeout)
    {
        var (connection, isReadOnly) = SqliteFile.Open(address, busyTimeout);
        return new SqliteMeasurementStore(connection, address, isReadOnly);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        lock (_gate)
        {
            _connection.Dispose();
        }
    }

    internal override DbTransaction BeginReading(DbConnection connection) => ((SqliteConnection)connection).BeginTransaction(deferred: true);

    internal override void InsertRows(StoredTable table, IEnumerable<IReadOnlyList<object?>> rows)
    {
        using var insert = table.Command($"insert into {table.Name} ({string.Join(", ", table.Columns)}) values ({string.Join(", ", table.Columns.Select(c => $"@{c}"))})");
        foreach (var column in table.Columns)
        {
            insert.Parameters.Add(new SqliteParameter($"@{column}", null));
        }

        foreach (var row in rows)
        {
            for (var i = 0; i < row.Count; i++)
            {
                insert.Parameters[i].Value = row[i] ?? DBNull.Value;
            }

            insert.ExecuteNonQuery();
        }
    }

    private protected override void InsertSamples(DbConnection connection, DbTransaction transaction, MeasurementBatch batch)
    {
        connection.Execute(Statements.InsertArc, batch.Arcs.Select(ArcRow.From), transaction);
        connection.Execute(Statements.InsertTransfer, batch.Transfers.Select(TransferRow.From), transaction);
        connection.Execute(Statements.InsertStateSize, batch.StateSizes.Select(StateSizeRow.From), transaction);
    }

    // SQLite goes on writing to a file that has no name any more, and only tells who asks (SQLITE_FCNTL_HAS_MOVED).
    private bool HasMoved()
    {
        const int HasMovedQuestion = 20;
        return FileControl(_connection.Handle!.DangerousGetHandle(), "main", HasMovedQuestion, out var moved) == 0 && moved != 0;
    }

    [DllImport("e_sqlite3", EntryPoint = "sqlite3_file_control", BestFitMapping = false)]
    private static extern int FileControl(IntPtr database, [MarshalAs(UnmanagedType.LPUTF8Str)] string name, int question, out int answer);

    internal override T Use<T>(Func<DbConnection, T> work, bool toWrite)
    {
        if (toWrite && IsReadOnly)
        {
            throw SqliteFailure.CannotBeWritten(_path);
        }

        lock (_gate)
        {
            try
            {
                var result = work(_connection);
                return toWrite && HasMoved()
                    ? throw new StoreException($"The store {_path} was deleted or replaced while it was in use, so what was measured since is lost: start again, and leave its folder alone meanwhile.")
                    : result;
            }
            catch (SqliteException e)
            {
                throw SqliteFailure.Explain(e, _path);
            }
        }
    }
}
