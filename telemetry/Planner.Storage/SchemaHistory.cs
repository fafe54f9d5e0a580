using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Reflection;
using System.Runtime.ExceptionServices;
using Dapper;
using DbUp.Builder;
using DbUp.Engine;
using Planner.Measurements;

namespace Planner.Storage;

/// <summary>The steps of a store's tables: numbered files of its engine's, never changed once released. Which ones a store has taken
/// stands in its table schema_version, which planners of all ages know.</summary>
/// <param name="connection">The connection, open.</param>
/// <param name="engine">The folder of the engine whose steps they are.</param>
/// <param name="readTables">The engine's statement that lists the tables.</param>
/// <param name="thing">What the engine keeps a store in: a file, a database.</param>
/// <param name="address">The store, for messages.</param>
internal sealed class SchemaHistory(DbConnection connection, string engine, string readTables, string thing, StoreAddress address) : DbUp.Engine.IJournal
{
    private readonly string[] _steps =
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(name => name.StartsWith($"{engine}/Schema/", StringComparison.Ordinal)).Order()];

    private DbTransaction? _transaction;

    /// <summary>Whether the tables are those of this build; false if steps are missing, as in an empty file.</summary>
    /// <exception cref="StoreException">A newer build or another program has written the store.</exception>
    public bool IsCurrent => ReadVersion() == Version(_steps[^1]);

    /// <summary>Takes the steps that are missing, all in one transaction.</summary>
    /// <param name="database">The database of the same connection.</param>
    /// <param name="takeLock">The statement that keeps others out until the transaction ends; null where its beginning does.</param>
    /// <exception cref="StoreException">A newer build or another program has written the store.</exception>
    public void Upgrade(UpgradeEngineBuilder database, string? takeLock = null)
    {
        // Only one process gets past the beginning at a time: a second one finds the work done.
        using var transaction = _transaction = connection.BeginTransaction();
        if (takeLock is not null)
        {
            connection.Execute(takeLock, transaction: transaction);
        }

        var result = database
            .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly(), _steps.Contains)
            .WithVariablesDisabled()
            .JournalTo(this)
            .LogToNowhere()
            .Build()
            .PerformUpgrade();
        if (result.Error is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        transaction.Commit();
        _transaction = null;
    }

    /// <inheritdoc/>
    public string[] GetExecutedScripts()
    {
        var version = ReadVersion();
        return [.. _steps.Where(s => Version(s) <= version)];
    }

    /// <inheritdoc/>
    public void EnsureTableExistsAndIsLatestVersion(Func<IDbCommand> dbCommandFactory) => connection.Execute(Statements.CreateVersionTable, transaction: _transaction);

    /// <inheritdoc/>
    public void StoreExecutedScript(SqlScript script, Func<IDbCommand> dbCommandFactory)
    {
        EnsureTableExistsAndIsLatestVersion(dbCommandFactory);
        connection.Execute(Statements.WriteVersion, new { version = Version(script.Name) }, _transaction);
    }

    private static long Version(string step) => long.Parse(Path.GetFileName(step).AsSpan(0, 3), CultureInfo.InvariantCulture);

    private long ReadVersion()
    {
        var tables = connection.Query<string>(readTables, transaction: _transaction).ToHashSet();
        if (tables.Count == 0)
        {
            return 0;
        }

        if (!tables.Contains("schema_version"))
        {
            throw new StoreException($"The {thing} {address} is the database of another program: name another {thing} with --store.") { IsWrongAddress = true };
        }

        var version = connection.ExecuteScalar<long>(Statements.ReadVersion, transaction: _transaction);
        return version <= Version(_steps[^1])
            ? version
            : throw new StoreException($"The store {address} was written by a newer planner (schema {version}, this build knows {Version(_steps[^1])}): use that planner, or name another {thing} with --store.") { IsWrongAddress = true };
    }
}
