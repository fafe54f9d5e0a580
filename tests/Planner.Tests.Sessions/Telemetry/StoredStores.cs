using Microsoft.Data.Sqlite;

namespace Planner.Tests.Telemetry;

/// <summary>Stores as earlier builds left them, from their own SQL (tests/fixtures/stores), with a row or more in each table.</summary>
internal static class StoredStores
{
    public static void Make(string path, int schema)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = new SqliteCommand(
            "pragma journal_mode = wal; " + File.ReadAllText(Path.Combine(Repository.Root, "tests", "fixtures", "stores", $"schema-{schema}.sql")), connection);
        command.ExecuteNonQuery();
    }
}
