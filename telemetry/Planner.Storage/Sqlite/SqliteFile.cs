using Dapper;
using DbUp;
using DbUp.Sqlite.Helpers;
using Microsoft.Data.Sqlite;
using Planner.Measurements;
using SQLitePCL;

namespace Planner.Storage;

/// <summary>Opens the file of a store, in whatever way it can still be of use.</summary>
internal static class SqliteFile
{
    private const string ReadTables = "select name from sqlite_master where type = 'table'";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Opens the file, makes it if it is missing, and brings its tables up to date.</summary>
    /// <param name="address">The file.</param>
    /// <param name="busyTimeout">How long to wait for another program that writes; at least 1 s.</param>
    /// <returns>The connection, and whether the store can only be read.</returns>
    /// <exception cref="StoreException">The store is of no use.</exception>
    public static (SqliteConnection Connection, bool IsReadOnly) Open(SqliteAddress address, TimeSpan busyTimeout)
    {
        var path = address.Path;
        MakeMissing(address);
        try
        {
            return Connect(path, address, busyTimeout);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is SqliteFailure.CannotOpen or SqliteFailure.ReadOnly && !File.Exists(path + "-wal"))
        {
            // Without a log beside it the file is complete, and SQLite reads it where it may write nothing at all
            // if it is told that nobody else changes it (https://sqlite.org/wal.html#read_only_databases).
            return ConnectToUnchanging(address, busyTimeout);
        }
        catch (SqliteException e)
        {
            throw SqliteFailure.Explain(e, path);
        }
    }

    private static (SqliteConnection Connection, bool IsReadOnly) ConnectToUnchanging(SqliteAddress address, TimeSpan busyTimeout)
    {
        try
        {
            return Connect(new Uri(address.Path).AbsoluteUri + "?mode=ro&immutable=1", address, busyTimeout);
        }
        catch (SqliteException e)
        {
            throw SqliteFailure.Explain(e, address.Path);
        }
    }

    private static void MakeMissing(SqliteAddress address)
    {
        var directory = Path.GetDirectoryName(address.Path)!;
        if (address.IsDefault)
        {
            StateDirectory.Create(directory);
        }

        if (!Directory.Exists(directory))
        {
            throw new StoreException($"The directory {directory} does not exist: make it, or name another file with --store.") { IsWrongAddress = true };
        }

        if (Directory.Exists(address.Path))
        {
            throw new StoreException($"{address.Path} is a directory: name a file with --store.") { IsWrongAddress = true };
        }

        // Only ever made, never opened and closed again: closing would drop the locks that SQLite holds in this process.
        if (!File.Exists(address.Path))
        {
            try
            {
                new FileStream(address.Path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }).Dispose();
            }
            catch (IOException) when (File.Exists(address.Path))
            {
                // Another process was faster.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new StoreException($"The store {address.Path} cannot be made ({e.Message.TrimEnd('.')}): check its directory, or name another file with --store.", e);
            }
        }
    }

    private static (SqliteConnection Connection, bool IsReadOnly) Connect(string source, SqliteAddress address, TimeSpan busyTimeout)
    {
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = source,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = (int)Math.Ceiling(busyTimeout.TotalSeconds),
        };
        var connection = new SqliteConnection(settings.ToString());
        try
        {
            connection.Open();
            connection.Execute($"pragma busy_timeout = {(long)busyTimeout.TotalMilliseconds}");
            var isReadOnly = raw.sqlite3_db_readonly(connection.Handle, "main") == 1;
            var schema = new SchemaHistory(connection, "Sqlite", ReadTables, "file", address);
            var isCurrent = schema.IsCurrent;
            if (isReadOnly)
            {
                return isCurrent ? (connection, true) : throw SqliteFailure.CannotBeWritten(address.Path);
            }

            // A log keeps readers and the writer apart; FULL syncs it at every commit, so that neither a kill nor a
            // power cut loses what was committed.
            connection.Execute("pragma journal_mode = wal");
            connection.Execute("pragma synchronous = full");
            if (!isCurrent)
            {
                schema.Upgrade(DeployChanges.To.SqliteDatabase(new SharedConnection(connection)));
            }

            return (connection, false);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
