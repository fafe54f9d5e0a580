namespace Planner.Service;

/// <summary>A migration that was asked for, as callers see it.</summary>
internal sealed record Operation
{
    public const string Queued = "queued";

    public const string Running = "running";

    public const string Done = "done";

    public required string Id { get; init; }

    /// <summary><c>queued</c>, <c>running</c> or <c>done</c>.</summary>
    public required string State { get; init; }

    public string Verb { get; init; } = "migrate";

    public required string Machine { get; init; }

    /// <summary>The addresses that it leaves.</summary>
    public required string Source { get; init; }

    /// <summary>The addresses that it goes to.</summary>
    public required string Destination { get; init; }

    /// <summary>The command that makes the destination, whose address is not known before; null if it stands ready, or if a manager makes it.</summary>
    public string? DestinationCommand { get; init; }

    public string? SourceNode { get; init; }

    public string? DestinationNode { get; init; }

    public required string Sla { get; init; }

    public bool Shadow { get; init; }

    public string? AskedBy { get; init; }

    public required DateTimeOffset CreateTime { get; init; }

    /// <summary>The service that runs it, or ran it, and has its journal; null before that, or if there is only one.</summary>
    public string? RunBy { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    /// <summary>When it was last seen to be alive; at most 5 s ago while it runs.</summary>
    public DateTimeOffset HeartbeatTime { get; init; }

    public bool CancelRequested { get; init; }

    /// <summary><c>queued</c>, then the phase of the session.</summary>
    public required string Phase { get; init; }

    /// <summary>How far it is, 0 to 1; it never goes back.</summary>
    public double Progress { get; init; }

    /// <summary>How long it still takes; null if nothing is known of that.</summary>
    public EtaSeconds? EtaSeconds { get; init; }

    /// <summary>Why it takes longer than was said, or what it waits for; null while there is nothing to say.</summary>
    public string? StatusDetail { get; init; }

    /// <summary>The limit on all pauses together that its class promises; null for none.</summary>
    public double? LimitSeconds { get; init; }

    /// <summary>The latest decision of a gate; null before the first.</summary>
    public DecisionPoint? LatestDecision { get; init; }

    /// <summary>The parts of the blackout as they are predicted, and once it is over beside what happened; null before the first decision.</summary>
    public IReadOnlyList<Sessions.TermOutcome>? Terms { get; init; }

    /// <summary>How long the guest did not run in all; null until it is over, or if that is not known.</summary>
    public double? PausedSeconds { get; init; }

    /// <summary><c>completed</c>, <c>completedOverLimit</c>, <c>stayed</c>, <c>recovered</c> or <c>needsPerson</c>; null until it is over.</summary>
    public string? Outcome { get; init; }

    /// <summary>Why it ended as it did, in one sentence.</summary>
    public string? Reason { get; init; }

    /// <summary>For a machine that stayed: what would have let it move; null if that is not known.</summary>
    public string? CheapestChange { get; init; }

    /// <summary>Whether the service was ended meanwhile: a machine that stayed for that may be asked for again.</summary>
    public bool Interrupted { get; init; }

    /// <summary>The attempt in the ledger; null if nothing was attempted.</summary>
    public string? AttemptId { get; init; }

    /// <summary>Whether it is over.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsOver => State == Done;
}
