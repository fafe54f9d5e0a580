namespace Planner.Lab;

/// <summary>One migration of the comparison, as it is kept in <c>results.jsonl</c>. Times in seconds; what is not known is null.</summary>
public sealed record ComparedMigration
{
    /// <summary>The cell.</summary>
    public required string Cell { get; init; }

    /// <summary>The rule.</summary>
    public required string Rule { get; init; }

    /// <summary>The version of QEMU.</summary>
    public required string Qemu { get; init; }

    /// <summary>Which of the cell's and rule's migrations, from 1; 0 and below for those that only gathered evidence.</summary>
    public required int Run { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset Began { get; init; }

    /// <summary>The blackout limit.</summary>
    public double LimitSeconds { get; init; }

    /// <summary>How it ended.</summary>
    public required ComparedOutcome Outcome { get; init; }

    /// <summary>Why, where it did not complete.</summary>
    public string? Reason { get; init; }

    /// <summary>From the STOP of the source to the RESUME of the destination, by QEMU's events.</summary>
    public double? BlackoutSeconds { get; init; }

    /// <summary>The blackout by the guest's own clock.</summary>
    public double? GuestBlackoutSeconds { get; init; }

    /// <summary>The pause that the planner told, where the blackout was taken from elsewhere.</summary>
    public double? ToldSeconds { get; init; }

    /// <summary>From the end of the source until the guest ran on the destination, where a manager hands it over.</summary>
    public double? HandoverSeconds { get; init; }

    /// <summary>From the request to the end, connecting and preparing included.</summary>
    public double TotalSeconds { get; init; }

    /// <summary>The median that the planner foretold.</summary>
    public double? PredictedSeconds { get; init; }

    /// <summary>The bound that the planner committed by.</summary>
    public double? BoundSeconds { get; init; }

    /// <summary>QEMU's downtime-limit at the end; null for the planner, which does not use it.</summary>
    public double? DowntimeLimitSeconds { get; init; }

    /// <summary>The most that was taken from the guest's processor, in percent.</summary>
    public int ThrottlePercent { get; init; }

    /// <summary>The host's load over the last minute, when it began.</summary>
    public double LoadAverage { get; init; }

    /// <summary>The recording's file name; null if none was kept.</summary>
    public string? Recording { get; init; }

    /// <summary>Whether the guest moved.</summary>
    public bool IsCompleted => Outcome == ComparedOutcome.Completed;

    /// <summary>Whether it moved with a blackout over the limit.</summary>
    public bool IsOver => IsCompleted && BlackoutSeconds > LimitSeconds;
}
