namespace Planner.Evaluation;

/// <summary>A recorded session that walked devices.</summary>
public sealed record DeviceRecording
{
    /// <summary>The file's name without its extensions, numbered where the file holds several.</summary>
    public required string Name { get; init; }

    /// <summary>Its decisions, in order; at least one.</summary>
    public required IReadOnlyList<RecordedDecision> Decisions { get; init; }

    /// <summary>How it ended, such as <c>completed</c>; null if the recording ends before that.</summary>
    public string? Outcome { get; init; }

    /// <summary>How long the guest did not run in all, in seconds; null if the recording ends before that.</summary>
    public double? PausedSeconds { get; init; }

    /// <summary>When it ended, in seconds since it began; null if the recording lacks either.</summary>
    public double? EndedSeconds { get; init; }

    /// <summary>Whether the machine came to the destination.</summary>
    public bool IsCompleted => Outcome is "completed" or "completedOverLimit";
}
