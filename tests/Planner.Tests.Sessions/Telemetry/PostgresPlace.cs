using Planner.Tests.Processes;

namespace Planner.Tests.Telemetry;

/// <summary>A store in a database of PostgreSQL's.</summary>
internal sealed class PostgresPlace(PostgresServer server) : StorePlace
{
    public PostgresPlace()
        : this(PostgresServer.Shared)
    {
    }

    public string Database { get; } = server.CreateDatabase();

    public override string Text => server.Address(Database);

    public override StorePlace Another() => new PostgresPlace(server);

    public override IReadOnlyList<string> Query(string sql) => server.Query(Database, sql);

    public override void RefuseRowsOf(string table) => Query($"alter table {table} add check (false) not valid");

    // The database goes with its server.
    public override void Dispose()
    {
    }
}
