using System.Text.Json.Serialization;

namespace Planner.KernelTests;

/// <summary>One migration of the study: a line of <c>results.jsonl</c>, which <c>tests/Planner.Lab</c> reads. Times are in seconds.</summary>
internal sealed record StudyResult
{
    public required string Machine { get; init; }

    public required string Qemu { get; init; }

    /// <summary>The how-manieth migration of this machine on this QEMU, from 1.</summary>
    public required int N { get; init; }

    /// <summary><c>planner</c>, or <c>qemu</c> for QEMU's own decision.</summary>
    public required string Rule { get; init; }

    public required int Devices { get; init; }

    public required double LimitSeconds { get; init; }

    /// <summary>How long the machine was dark by its devices' logs; null if it stayed.</summary>
    public double? TruthSeconds { get; init; }

    public double? ReportedSeconds { get; init; }

    public double? UncertaintySeconds { get; init; }

    public double? BoundSeconds { get; init; }

    /// <summary>The planner's exit status; for QEMU alone 0 if it was completed.</summary>
    public required int Exit { get; init; }

    public required double ArcsSeconds { get; init; }

    public required long StateBytes { get; init; }

    /// <summary>Whether arcs, state and QEMU's own part are within the limit.</summary>
    public required bool Fits { get; init; }

    public string Method { get; init; } = "";

    public string Reason { get; init; } = "";

    /// <summary>Whether the guest was whole afterwards, on one side.</summary>
    public required bool Whole { get; init; }

    [JsonIgnore]
    public bool Committed => TruthSeconds is not null;

    [JsonIgnore]
    public bool IsOver => TruthSeconds > LimitSeconds;
}
