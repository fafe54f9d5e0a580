namespace Planner.Cli;

/// <summary>What <c>probe</c> prints about a device.</summary>
internal sealed record ProbeReport
{
    public string Kind { get; } = "device";

    public required string Device { get; init; }

    public required string Class { get; init; }

    public required string State { get; init; }

    public required IReadOnlyList<string> Flags { get; init; }

    public required string CommitArc { get; init; }

    /// <summary>Whether the machine can still go back when everything is quiesced.</summary>
    public required bool Gate2 { get; init; }

    public required bool? DataSizeOffered { get; init; }

    public string? DataSizeMeaning { get; init; }

    public long? DataSizeBytes { get; init; }

    public required bool? PreCopyInfoOffered { get; init; }

    public required bool? ArcLatencyReportOffered { get; init; }

    public required bool? DeadlineOffered { get; init; }

    public required bool? ResetOffered { get; init; }

    public required bool StreamRestartsAtStopCopy { get; init; }

    public required bool? DmaLoggingOffered { get; init; }

    public required IReadOnlyList<string> Hazards { get; init; }

    public required IReadOnlyList<ArcLatencyReport> WorstArcs { get; init; }
}
