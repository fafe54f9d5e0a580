namespace Planner.Measurements;

/// <summary>Measurements that belong together and are stored as one.</summary>
public sealed record MeasurementBatch
{
    /// <summary>Arcs.</summary>
    public IReadOnlyList<ArcSample> Arcs { get; init; } = [];

    /// <summary>Transfers.</summary>
    public IReadOnlyList<TransferSample> Transfers { get; init; } = [];

    /// <summary>State sizes.</summary>
    public IReadOnlyList<StateSizeSample> StateSizes { get; init; } = [];

    /// <summary>Blackouts beside their predictions.</summary>
    public IReadOnlyList<BlackoutSample> Blackouts { get; init; } = [];

    /// <summary>What was seen of links.</summary>
    public IReadOnlyList<LinkAgeSample> LinkAges { get; init; } = [];

    /// <summary>Ends of migrations.</summary>
    public IReadOnlyList<MigrationRecord> Migrations { get; init; } = [];
}
