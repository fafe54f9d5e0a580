using System.Text.Json.Serialization;
using Planner.Policies;

namespace Planner.Service;

/// <summary>A plan for a fleet as callers see it: what was planned last, and how far it is.</summary>
internal sealed record PlanState
{
    public const string Planned = "planned";

    public const string Running = "running";

    public const string Paused = "paused";

    /// <summary>It is being called off: nothing new begins, and what can be called back is.</summary>
    public const string Cancelling = "cancelling";

    public const string Cancelled = "cancelled";

    public const string Done = "done";

    public const string NoApproval = "none";

    public const string ByWave = "waves";

    public const string ByStep = "steps";

    public required string Id { get; init; }

    public required string State { get; init; }

    /// <summary><c>drain</c>, <c>moveGiven</c>, <c>upgrade</c> or <c>assess</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The hash of what was planned last, which <c>If-Match</c> names.</summary>
    public required string Hash { get; init; }

    public required string AskedBy { get; init; }

    public required DateTimeOffset CreateTime { get; init; }

    /// <summary>When it was applied; null before that.</summary>
    public DateTimeOffset? ApplyTime { get; init; }

    /// <summary>Before that nothing begins; null for at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    /// <summary><c>none</c>, <c>waves</c> (all moves off one host are approved at once) or <c>steps</c>.</summary>
    public string Approval { get; init; } = NoApproval;

    /// <summary>The hosts whose waves were approved.</summary>
    public IReadOnlyList<string> ApprovedWaves { get; init; } = [];

    /// <summary>What it waits for, or why it was paused; null while there is nothing to say.</summary>
    public string? StatusDetail { get; init; }

    /// <summary>How often the rest was planned anew.</summary>
    public int Replans { get; init; }

    /// <summary>When the rest was planned anew last; null if never.</summary>
    public DateTimeOffset? ReplanTime { get; init; }

    public required bool Feasible { get; init; }

    /// <summary>The verdict on the plan, in one sentence.</summary>
    public required string Reason { get; init; }

    public required double MakespanP50Seconds { get; init; }

    public required double MakespanP95Seconds { get; init; }

    public double? ProbabilityInTime { get; init; }

    public required double LowerBoundSeconds { get; init; }

    /// <summary>How long the rest still takes; null if it does not run, or if that hangs on people.</summary>
    public EtaSeconds? EtaSeconds { get; init; }

    /// <summary>The machines that should move and cannot. They run on where they are.</summary>
    public required IReadOnlyList<BlockedMachine> Blocked { get; init; }

    public required IReadOnlyDictionary<string, double?> LastSafeStart { get; init; }

    public IReadOnlyList<string> Assumptions { get; init; } = [];

    /// <summary>The plans that there were to choose from; empty where there was one alone.</summary>
    public IReadOnlyList<PlanChoice> Choices { get; init; } = [];

    /// <summary>The hosts that are to be empty, at once or each in its turn.</summary>
    public IReadOnlyList<string> Emptied { get; init; } = [];

    /// <summary>The moves; null where they are not told.</summary>
    public IReadOnlyList<PlanStep>? Moves { get; init; }

    /// <summary>The reboots; null where they are not told.</summary>
    public IReadOnlyList<PlanStep>? Reboots { get; init; }

    /// <summary>The moment from which the plan's seconds count; null before it was applied.</summary>
    [JsonIgnore]
    public DateTimeOffset? Beginning => NotBefore > ApplyTime ? NotBefore : ApplyTime;

    [JsonIgnore]
    public bool IsActive => State is Running or Paused or Cancelling;

    /// <summary>With what was planned.</summary>
    public PlanState With(FleetPlan plan) => this with
    {
        Hash = plan.Hash,
        Feasible = plan.IsFeasible,
        Reason = plan.Reason,
        MakespanP50Seconds = plan.MakespanP50Seconds,
        MakespanP95Seconds = plan.MakespanP95Seconds,
        ProbabilityInTime = plan.ProbabilityInTime,
        LowerBoundSeconds = plan.LowerBoundSeconds,
        Blocked = plan.Blocked,
        LastSafeStart = plan.LastSafeStart,
        Assumptions = plan.Assumptions,
        Choices = plan.Choices,
    };
}
