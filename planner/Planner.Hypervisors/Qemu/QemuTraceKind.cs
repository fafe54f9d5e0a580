namespace Planner.Hypervisors;

/// <summary>What was traced.</summary>
public enum QemuTraceKind
{
    /// <summary>An event.</summary>
    Event,

    /// <summary>An answer to query-migrate.</summary>
    QueryMigrate,
}
