using System.Data.Common;
using System.Runtime.InteropServices;
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
