using Npgsql;

namespace Planner.Storage;

/// <summary>The table of shards in the database.</summary>
/// <param name="store">The store.</param>
/// <param name="owner">Who asks: a name that no other process ever has.</param>
/// <param name="lease">How long a shard is kept for its owner.</param>
internal sealed class ShardTable(PostgresMeasurementStore store, string owner, TimeSpan lease)
{
    /// <summary>Renews what is the owner's by its last token and has not expired.</summary>
    /// <returns>What was renewed.</returns>
    public IReadOnlyList<(int Id, ShardToken Token)> Renew(IReadOnlyList<int> shards) => Change(ShardStatements.Renew, command =>
        command.Parameters.AddWithValue("ids", shards.Select(s => (long)s).ToArray()));

    /// <summary>Takes over what has expired by the database's clock, and what was seen abandoned and is still as it was seen.</summary>
    /// <returns>What was taken over, under its next token.</returns>
    public IReadOnlyList<(int Id, ShardToken Token)> TakeOver(IReadOnlyList<ShardRow> abandoned) => Change(ShardStatements.TakeOver, command =>
    {
        command.Parameters.AddWithValue("ids", abandoned.Select(r => (long)r.Id).ToArray());
        command.Parameters.AddWithValue("timelines", abandoned.Select(r => r.Token.Timeline).ToArray());
        command.Parameters.AddWithValue("counters", abandoned.Select(r => r.Token.Counter).ToArray());
        command.Parameters.AddWithValue("ends", abandoned.Select(r => r.Expires).ToArray());
    });

    /// <summary>Lets go of everything, so that others need not wait.</summary>
    public void Release() => Change(ShardStatements.Release, _ => { });

    /// <summary>All shards.</summary>
    public IReadOnlyList<ShardRow> Read() => store.Use(
        connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = ShardStatements.Read;
            using var reader = command.ExecuteReader();
            var rows = new List<ShardRow>();
            while (reader.Read())
            {
                rows.Add(new ShardRow((int)reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetString(1), new ShardToken(reader.GetInt64(2), reader.GetInt64(3)), reader.GetString(4)));
            }

            return rows;
        },
        toWrite: false);

    private List<(int Id, ShardToken Token)> Change(string statement, Action<NpgsqlCommand> fill) => store.Use(
        connection =>
        {
            using var command = ((NpgsqlConnection)connection).CreateCommand();
            command.CommandText = statement;
            command.Parameters.AddWithValue("owner", owner);
            command.Parameters.AddWithValue("lease", lease.TotalSeconds);
            fill(command);
            using var reader = command.ExecuteReader();
            var changed = new List<(int, ShardToken)>();
            while (reader.Read())
            {
                changed.Add(((int)reader.GetInt64(0), new ShardToken(reader.GetInt64(1), reader.GetInt64(2))));
            }

            return changed;
        },
        toWrite: true);
}
