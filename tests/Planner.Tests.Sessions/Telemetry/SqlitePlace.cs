using Microsoft.Data.Sqlite;
using Planner.Tests.Processes;

namespace Planner.Tests.Telemetry;

/// <summary>A store in a file of SQLite's.</summary>
internal sealed class SqlitePlace : StorePlace
{
    public TemporaryDirectory Directory { get; } = new();

    public override string Text => Directory.File("planner.db");

    public override StorePlace Another() => new SqlitePlace();

    public override IReadOnlyList<string> Query(string sql) => Query(sql, 0);

    /// <summary>Runs SQL, with 1 for each of its parameters.</summary>
    public List<string> Query(string sql, int column)
    {
        using var connection = new SqliteConnection($"Data Source={Text};Pooling=False");
        connection.Open();
        using var command = new SqliteCommand(sql, connection);
        foreach (var name in (string[])["deviceClass", "outcome", "latest", "link", "phase", "span", "rehearsal", "commit", "machine", "sinceTicks", "id", "likeClass", "start", "end", "firstOfEach"])
        {
            command.Parameters.AddWithValue($"@{name}", 1);
        }

        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(reader.GetString(column));
        }

        return rows;
    }

    public override void RefuseRowsOf(string table) => Query($"create trigger t before insert on {table} begin select raise(abort, 'no'); end");

    public override void Dispose() => Directory.Dispose();
}
