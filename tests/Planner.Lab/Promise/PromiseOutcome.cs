using System.Text.Json.Serialization;

namespace Planner.Lab;

/// <summary>What <c>planner migrate --output json</c> said of one migration, as far as it is needed here; times in seconds.</summary>
public sealed record PromiseOutcome
{
    /// <summary>What became of it, such as <c>completed</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>How long the guest did not run; null where that is not known.</summary>
    public double? PausedSeconds { get; init; }

    /// <summary>What was promised; null without a bound.</summary>
    public double? BoundSeconds { get; init; }

    /// <summary>The limit.</summary>
    public double? LimitSeconds { get; init; }

    /// <summary>Why.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Whether other work ran beside it.</summary>
    public bool IsBusy { get; init; }

    /// <summary>Whether the guest was stopped.</summary>
    [JsonIgnore]
    public bool IsCommitted => Outcome != "stayed";

    /// <summary>Whether it took longer than was promised. A pause of unknown length is longer than any promise.</summary>
    [JsonIgnore]
    public bool IsOverBound => IsCommitted && (PausedSeconds is not { } paused || paused > (BoundSeconds ?? double.PositiveInfinity));

    /// <summary>Whether it took longer than the limit.</summary>
    [JsonIgnore]
    public bool IsOverLimit => IsCommitted && (PausedSeconds is not { } paused || paused > LimitSeconds);
}
