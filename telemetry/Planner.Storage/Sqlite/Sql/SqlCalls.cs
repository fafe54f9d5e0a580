using System.Data.Common;

namespace Planner.Storage;

/// <summary>Runs the statements of the store. Rows are read and written by hand, without generated code, so that the program can be
/// compiled ahead of time.</summary>
internal static class SqlCalls
{
    /// <summary>Runs a statement that gives no rows.</summary>
    public static void Execute(this DbConnection connection, string statement, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(connection, statement, parameters);
        command.ExecuteNonQuery();
    }

    /// <summary>Runs a statement once for each row, prepared once.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="statement">The statement.</param>
    /// <param name="rows">The parameters of each row; the same names in the same order in all of them.</param>
    public static void ExecuteAll(this DbConnection connection, string statement, IEnumerable<(string Name, object? Value)[]> rows)
    {
        DbCommand? command = null;
        try
        {
            foreach (var row in rows)
            {
                if (command is null)
                {
                    command = Command(connection, statement, row);
                }
                else
                {
                    for (var i = 0; i < row.Length; i++)
                    {
                        command.Parameters[i].Value = row[i].Value ?? DBNull.Value;
                    }
                }

                command.ExecuteNonQuery();
            }
        }
        finally
        {
            command?.Dispose();
        }
    }

    /// <summary>Reads all rows.</summary>
    public static List<T> Query<T>(
        this DbConnection connection, string statement, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(connection, statement, parameters);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>Reads one whole number; null if there is none.</summary>
    public static long? QueryNumber(this DbConnection connection, string statement, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Command(connection, statement, parameters);
        return command.ExecuteScalar() is long number ? number : null;
    }

    /// <summary>A whole number, or null.</summary>
    public static long? NumberOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    private static DbCommand Command(DbConnection connection, string statement, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = statement;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = "@" + name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
