namespace Planner.Storage;

/// <summary>The statements that are PostgreSQL's own.</summary>
internal static class PostgresStatements
{
    public const string ReadTables = "select tablename from pg_catalog.pg_tables where schemaname = current_schema()";

    public const string IsReadOnly = "select current_setting('transaction_read_only')::boolean or not has_table_privilege('arc_sample', 'insert')";

    // These locks end with the transaction, whatever becomes of the session. The numbers mean nothing.
    public const string LockSchema = "select 1 from (select pg_advisory_xact_lock(1886151022, 1)) taken";

    public const string TakeTurn = "select 1 from (select pg_advisory_xact_lock(1886151022, 2)) taken";

    public const string BeginWriting = "select pg_current_xact_id()::text";

    public const string ReadFate = "select pg_xact_status(@id::text::xid8)";

    public const string ReadNumbered =
        "select column_name::text from information_schema.columns where table_schema = current_schema() and table_name = @table and is_identity = 'YES'";

    public const string CopyArcs = "copy arc_sample (device, device_class, arc, outcome, duration_ticks, at_ticks, host, machine, attempt) from stdin (format binary)";

    public const string CopyTransfers = "copy transfer_sample (link, phase, bytes, fixed_ticks, moving_ticks, at_ticks, host, machine, attempt) from stdin (format binary)";

    public const string CopyStateSizes = "copy state_size_sample (device_class, expected_bytes, actual_bytes, at_ticks, host, machine, attempt) from stdin (format binary)";
}
