namespace Planner.Hypervisors;

/// <summary>What was traced.</summary>
internal enum QemuTraceKind
{
    /// <summary>An event.</summary>
    Event,

    /// <summary>An answer to query-migrate.</summary>
    QueryMigrate,
}
