using Planner.Measurements;

namespace Planner.Storage;

/// <summary>Copies a whole store into an empty one, on the same engine or another: in one transaction, so that the target has everything or nothing.</summary>
public static class StoreCopy
{
    /// <summary>The tables that are copied: all but that of the schema's version, which each engine has for itself.</summary>
    internal static readonly IReadOnlyList<string> Tables =
    [
        "arc_sample", "transfer_sample", "state_size_sample", "blackout_sample", "model", "link_age", "attempt", "attempt_pause", "attempt_decision",
        "resource", "resource_label", "operation", "event", "access_token", "audit", "delivery", "fleet_plan", "fleet_plan_step",
    ];

    /// <summary>Copies.</summary>
    /// <param name="source">What is copied, as it is at one moment.</param>
    /// <param name="target">Where to. Others cannot write to it meanwhile.</param>
    /// <param name="cancel">Gives up; the target then has nothing.</param>
    /// <returns>What was copied, table by table. Each was read again from the target and compared.</returns>
    /// <exception cref="StoreException">The target is not empty, one of the two failed, or what arrived is not what was sent.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static IReadOnlyList<CopiedTable> Run(SqlMeasurementStore source, SqlMeasurementStore target, CancellationToken cancel) => source.Use(
        from =>
        {
            using var moment = source.BeginReading(from);
            return target.Write((to, transaction) =>
            {
                target.LockTables(to, transaction, Tables);
                return Tables.Select(table => Copy(new StoredTable(table, from, moment), target, new StoredTable(table, to, transaction), cancel)).ToList();
            });
        },
        toWrite: false);

    private static CopiedTable Copy(StoredTable from, SqlMeasurementStore target, StoredTable to, CancellationToken cancel)
    {
        if (to.Rows().Any())
        {
            throw new StoreException($"The store {target.Address} is not empty (its table {to.Name} has rows), so nothing was copied: name a new one.") { IsWrongAddress = true };
        }

        var sent = new RowSum();
        target.InsertRows(to, from.Rows().Select(row =>
        {
            cancel.ThrowIfCancellationRequested();
            sent.Add(row);
            return row;
        }));
        var arrived = new RowSum();
        foreach (var row in to.Rows())
        {
            cancel.ThrowIfCancellationRequested();
            arrived.Add(row);
        }

        return arrived == sent
            ? new CopiedTable(to.Name, sent.Rows)
            : throw new StoreException($"Of the table {to.Name} {sent.Rows} rows were sent, and {arrived.Rows} arrived, not all as they were; nothing was copied: check both stores.");
    }
}
