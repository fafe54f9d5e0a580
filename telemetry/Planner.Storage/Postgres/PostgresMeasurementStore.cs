using System.Data;
using System.Data.Common;
using System.Globalization;
using Dapper;
using DbUp;
using Npgsql;
using Planner.Measurements;

namespace Planner.Storage;

/// <summary>Measurements and models in a database of PostgreSQL's. Several processes on several hosts may use it at once.</summary>
internal sealed class PostgresMeasurementStore : SqlMeasurementStore
{
    // A server has 100 connections unless somebody raised that, and there may be several services.
    private const int MostConnections = 20;
    private static readonly TimeSpan FatePause = TimeSpan.FromMilliseconds(100);

    private readonly NpgsqlDataSource _source;
    private readonly PostgresAddress _address;
    private readonly TimeSpan _busyTimeout;

    private PostgresMeasurementStore(NpgsqlDataSource source, PostgresAddress address, TimeSpan busyTimeout, bool isReadOnly)
        : base(address, isReadOnly) => (_source, _address, _busyTimeout) = (source, address, busyTimeout);

    /// <summary>Opens a store, and makes its tables where the database is empty.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="busyTimeout">How long a call waits for a lock of another program's; at least 1 s.</param>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public static PostgresMeasurementStore Open(PostgresAddress address, TimeSpan busyTimeout)
    {
        var settings = new NpgsqlConnectionStringBuilder(address.Settings.ConnectionString)
        {
            MaxPoolSize = MostConnections,
            Options = $"-c lock_timeout={(long)busyTimeout.TotalMilliseconds}",
        };
        var source = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString).EnableTransportSecurity().EnableArrays().Build();
        try
        {
            using DbConnection connection = source.OpenConnection();
            var schema = new SchemaHistory(connection, "Postgres", PostgresStatements.ReadTables, "database", address);
            if (!schema.IsCurrent)
            {
                schema.Upgrade(DeployChanges.To.PostgresqlDatabase(new OpenConnection(connection)), PostgresStatements.LockSchema);
            }

            return new PostgresMeasurementStore(source, address, busyTimeout, connection.ExecuteScalar<bool>(PostgresStatements.IsReadOnly));
        }
        catch (NpgsqlException e)
        {
            source.Dispose();
            throw PostgresFailure.Explain(e, address);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => _source.Dispose();

    internal override T Use<T>(Func<DbConnection, T> work, bool toWrite)
    {
        if (toWrite && IsReadOnly)
        {
            throw PostgresFailure.CannotBeWritten(_address);
        }

        try
        {
            using var connection = Connect();
            return work(connection);
        }
        catch (NpgsqlException e)
        {
            throw PostgresFailure.Explain(e, _address);
        }
    }

    internal override T Write<T>(Func<DbConnection, DbTransaction, T> work) => Use(
        connection =>
        {
            using var transaction = connection.BeginTransaction();
            var id = connection.ExecuteScalar<string>(PostgresStatements.BeginWriting, transaction: transaction)!;
            var result = work(connection, transaction);
            try
            {
                transaction.Commit();
            }
            catch (NpgsqlException e) when (PostgresFailure.IsLostConnection(e))
            {
                // Nobody heard whether it was kept. The server knows; whoever only tried again might keep it twice.
                if (!WasCommitted(id))
                {
                    throw;
                }
            }

            return result;
        },
        toWrite: true);

    /// <summary>What changes of the service stand on; null while no service has the store.</summary>
    public ShardFence? Fence { get; set; }

    // Numbers of changes are given before their transactions end: without turns a listener could see a later one first, and go on behind the earlier one.
    internal override void TakeTurn(DbConnection connection, DbTransaction transaction)
    {
        if (Fence is { } fence)
        {
            connection.Execute(ShardStatements.LimitPause, new { milliseconds = fence.LongestPause.TotalMilliseconds.ToString(CultureInfo.InvariantCulture) }, transaction);
            var (timeline, counter) = fence.Token;
            if (connection.ExecuteScalar<long?>(ShardStatements.Fence, new { shard = (long)fence.Shard, owner = fence.Owner, timeline, counter }, transaction) is null)
            {
                IsTakenOver = true;
                throw new StoreException($"Another service has taken the store {Address} over, so this one changes nothing more there: start it again, and it waits for its turn.");
            }
        }

        connection.Execute(PostgresStatements.TakeTurn, transaction: transaction);
    }

    internal override DbTransaction BeginReading(DbConnection connection) => connection.BeginTransaction(IsolationLevel.RepeatableRead);

    internal override void LockTables(DbConnection connection, DbTransaction transaction, IEnumerable<string> tables)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"lock table {string.Join(", ", tables)} in exclusive mode";
        command.Transaction = transaction;
        command.ExecuteNonQuery();
    }

    internal override void InsertRows(StoredTable table, IEnumerable<IReadOnlyList<object?>> rows)
    {
        using (var copy = ((NpgsqlConnection)table.Connection).BeginBinaryImport($"copy {table.Name} ({string.Join(", ", table.Columns)}) from stdin (format binary)"))
        {
            // However much there is, and however long that takes.
            copy.Timeout = TimeSpan.Zero;
            foreach (var row in rows)
            {
                copy.StartRow();
                foreach (var value in row)
                {
                    RowCopy.Write(copy, value);
                }
            }

            copy.Complete();
        }

        // Numbers that the server gives go on behind those that were copied.
        foreach (var column in table.Connection.Query<string>(PostgresStatements.ReadNumbered, new { table = table.Name }, table.Transaction))
        {
            using var command = table.Command($"select setval(pg_get_serial_sequence('{table.Name}', '{column}'), max({column})) from {table.Name}");
            command.ExecuteNonQuery();
        }
    }

    private protected override void InsertSamples(DbConnection connection, DbTransaction transaction, MeasurementBatch batch)
    {
        var copy = new SampleCopy((NpgsqlConnection)connection);
        copy.Arcs(batch.Arcs.Select(ArcRow.From));
        copy.Transfers(batch.Transfers.Select(TransferRow.From));
        copy.StateSizes(batch.StateSizes.Select(StateSizeRow.From));
    }

    // A connection out of the pool may have died since it was used last: one that answers is taken.
    private NpgsqlConnection Connect()
    {
        try
        {
            return ConnectOnce();
        }
        catch (NpgsqlException e) when (PostgresFailure.IsLostConnection(e))
        {
            _source.Clear();
            return ConnectOnce();
        }
    }

    private NpgsqlConnection ConnectOnce()
    {
        var connection = _source.OpenConnection();
        try
        {
            ((DbConnection)connection).Execute("select 1");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private bool WasCommitted(string id)
    {
        for (var waited = TimeSpan.Zero; waited < _busyTimeout; waited += FatePause)
        {
            try
            {
                using DbConnection connection = Connect();
                var fate = connection.ExecuteScalar<string>(PostgresStatements.ReadFate, new { id });
                if (fate != "in progress")
                {
                    return fate == "committed";
                }
            }
            catch (NpgsqlException e) when (PostgresFailure.IsLostConnection(e) || e.SqlState == PostgresErrorCodes.CannotConnectNow)
            {
                // The server starts again.
            }

            Task.Delay(FatePause, TimeProvider.System).GetAwaiter().GetResult();
        }

        throw new StoreException($"The server of the store {_address} was lost while it kept something, so that nobody knows whether it did: see that it runs and can be reached, and look before it is kept again.");
    }
}
