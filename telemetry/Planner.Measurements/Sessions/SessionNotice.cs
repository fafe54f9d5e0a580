namespace Planner.Measurements;

/// <summary>Something that happened in a migration session.</summary>
public abstract record SessionNotice
{
    /// <summary>The migration's identifier.</summary>
    public required string MigrationId { get; init; }

    /// <summary>When it happened (for things that last: when they ended).</summary>
    public required DateTimeOffset At { get; init; }
}
