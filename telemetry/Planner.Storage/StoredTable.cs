using System.Data.Common;

namespace Planner.Storage;

/// <summary>A table as a transaction sees it. Its columns are in the order of their names, which is the same on all engines.</summary>
internal sealed class StoredTable
{
    public StoredTable(string name, DbConnection connection, DbTransaction transaction)
    {
        (Name, Connection, Transaction) = (name, connection, transaction);
        using var command = Command($"select * from {name} limit 0");
        using var reader = command.ExecuteReader();
        Columns = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).Order(StringComparer.Ordinal)];
    }

    public string Name { get; }

    public DbConnection Connection { get; }

    public DbTransaction Transaction { get; }

    public IReadOnlyList<string> Columns { get; }

    /// <summary>Its rows, in any order: integers, numbers, texts and nulls.</summary>
    public IEnumerable<object?[]> Rows()
    {
        using var command = Command($"select {string.Join(", ", Columns)} from {Name}");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var row = new object[Columns.Count];
            reader.GetValues(row);
            yield return [.. row.Select(v => v is DBNull ? null : v)];
        }
    }

    public DbCommand Command(string statement)
    {
        var command = Connection.CreateCommand();
        command.CommandText = statement;
        command.Transaction = Transaction;
        return command;
    }
}
