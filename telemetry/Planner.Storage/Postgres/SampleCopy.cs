using Npgsql;

namespace Planner.Storage;

/// <summary>Samples by COPY, as a part of the connection's transaction.</summary>
internal sealed class SampleCopy(NpgsqlConnection connection)
{
    public void Arcs(IEnumerable<ArcRow> rows) => Copy(PostgresStatements.CopyArcs, rows, (copy, r) =>
    {
        RowCopy.Write(copy, r.Device);
        RowCopy.Write(copy, r.DeviceClass);
        RowCopy.Write(copy, r.Arc);
        RowCopy.Write(copy, r.Outcome);
        RowCopy.Write(copy, r.DurationTicks);
        RowCopy.Write(copy, r.AtTicks);
        WriteOrigin(copy, r.Host, r.Machine, r.Attempt);
    });

    public void Transfers(IEnumerable<TransferRow> rows) => Copy(PostgresStatements.CopyTransfers, rows, (copy, r) =>
    {
        RowCopy.Write(copy, r.Link);
        RowCopy.Write(copy, r.Phase);
        RowCopy.Write(copy, r.Bytes);
        RowCopy.Write(copy, r.FixedTicks);
        RowCopy.Write(copy, r.MovingTicks);
        RowCopy.Write(copy, r.AtTicks);
        WriteOrigin(copy, r.Host, r.Machine, r.Attempt);
    });

    public void StateSizes(IEnumerable<StateSizeRow> rows) => Copy(PostgresStatements.CopyStateSizes, rows, (copy, r) =>
    {
        RowCopy.Write(copy, r.DeviceClass);
        RowCopy.Write(copy, r.ExpectedBytes);
        RowCopy.Write(copy, r.ActualBytes);
        RowCopy.Write(copy, r.AtTicks);
        WriteOrigin(copy, r.Host, r.Machine, r.Attempt);
    });

    private void Copy<T>(string statement, IEnumerable<T> rows, Action<NpgsqlBinaryImporter, T> write)
    {
        using var all = rows.GetEnumerator();
        if (!all.MoveNext())
        {
            return;
        }

        using var copy = connection.BeginBinaryImport(statement);
        do
        {
            copy.StartRow();
            write(copy, all.Current);
        }
        while (all.MoveNext());
        copy.Complete();
    }

    private static void WriteOrigin(NpgsqlBinaryImporter copy, string? host, string? machine, string? attempt)
    {
        RowCopy.Write(copy, host);
        RowCopy.Write(copy, machine);
        RowCopy.Write(copy, attempt);
    }
}
