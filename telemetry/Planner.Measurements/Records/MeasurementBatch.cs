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

    /// <summary>What was seen of links.</summary>
    public IReadOnlyList<LinkAgeSample> LinkAges { get; init; } = [];

    /// <summary>Attempts that ended, with their scores.</summary>
    public IReadOnlyList<MigrationAttempt> Attempts { get; init; } = [];

    /// <summary>The same with every sample said to be of an origin.</summary>
    public MeasurementBatch Of(SampleOrigin origin) => this with
    {
        Arcs = [.. Arcs.Select(s => s with { Origin = origin })],
        Transfers = [.. Transfers.Select(s => s with { Origin = origin })],
        StateSizes = [.. StateSizes.Select(s => s with { Origin = origin })],
        Attempts = [.. Attempts.Select(a => a with { Scores = [.. a.Scores.Select(s => s with { Origin = origin })] })],
    };
}
