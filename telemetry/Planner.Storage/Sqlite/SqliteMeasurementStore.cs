using System.Data.Common;
using Microsoft.Data.Sqlite;
using Planner.Measurements;

namespace Planner.Storage;

/// <summary>
/// Measurements and models in one SQLite file. What <see cref="SqlMeasurementStore.Append"/> has returned from survives a kill and a power cut.
/// Several processes may use the file at once; the calls of one instance may come from any thread.
/// </summary>
public sealed class SqliteMeasurementStore : SqlMeasurementStore
{
    private static readonly TimeSpan DefaultBusyTimeout = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private readonly string _path;

    private SqliteMeasurementStore(SqliteConnection connection, string path, bool isReadOnly)
        : base(path)
    {
        _connection = connection;
        _path = path;
        IsReadOnly = isReadOnly;
    }

    /// <summary>Whether the file can be read but not written: decisions can still use it, writing fails.</summary>
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
    public override void Dispose()
    {
        lock (_gate)
        {
            _connection.Dispose();
        }
    }

    private protected override T Use<T>(Func<DbConnection, T> work, bool toWrite)
    {
        if (toWrite && IsReadOnly)
        {
            throw SqliteFailure.CannotBeWritten(_path);
        }

        lock (_gate)
        {
            try
            {
                return work(_connection);
            }
            catch (SqliteException e)
            {
                throw SqliteFailure.Explain(e, _path);
            }
        }
    }
}
