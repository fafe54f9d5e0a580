using System.Text.Json.Serialization;
using Planner.Policies;

namespace Planner.Service;

/// <summary>A step of a plan: a machine's move, or the reboot of a host that is empty by then.</summary>
internal sealed record PlanStep
{
    public const string Waiting = "waiting";

    /// <summary>It could begin and waits for a person; only as callers see it.</summary>
    public const string AwaitingApproval = "awaitingApproval";

    /// <summary>A move under way, as a migration of its own.</summary>
    public const string Running = "running";

    /// <summary>A host that is empty and waits for a person to reboot it and to say so.</summary>
    public const string AwaitingReboot = "awaitingReboot";

    public const string Done = "done";

    /// <summary>It was tried, and the machine runs on where it is.</summary>
    public const string Blocked = "blocked";

    /// <summary>Its number in the plan; it keeps it, however often the rest is planned anew.</summary>
    public required int Number { get; init; }

    /// <summary>The machine; null for a reboot.</summary>
    public string? Machine { get; init; }

    /// <summary>The host that the machine leaves, or that is rebooted. All steps of one such host are a wave, which is approved at once.</summary>
    public required string From { get; init; }

    public string? To { get; init; }

    /// <summary>The SLA class that the fleet names for the machine; null for the one that selects it.</summary>
    public string? Sla { get; init; }

    public double StartSeconds { get; init; }

    public double P50Seconds { get; init; }

    public double P95Seconds { get; init; }

    public double? BytesPerSecond { get; init; }

    public double? DirtyRateLimitBytesPerSecond { get; init; }

    /// <summary>The steps that have to be done before.</summary>
    public IReadOnlyList<int> After { get; init; } = [];

    public required string State { get; init; }

    /// <summary>Whether a person said that this very step may begin.</summary>
    public bool Approved { get; init; }

    /// <summary>The migration; null before it began.</summary>
    public string? Migration { get; init; }

    /// <summary>How often it was begun: again only where the service was ended meanwhile.</summary>
    public int Tries { get; init; }

    /// <summary>Whether the rest was planned anew since it takes longer than 19 of 20 such moves.</summary>
    public bool Overran { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    /// <summary>What it waits for; null while there is nothing to say.</summary>
    public string? StatusDetail { get; init; }

    /// <summary>For a machine that stays: why, in one sentence.</summary>
    public string? Reason { get; init; }

    /// <summary>For a machine that stays: what would let it move; null if that is not known.</summary>
    public string? CheapestChange { get; init; }

    [JsonIgnore]
    public bool IsReboot => Machine is null;

    [JsonIgnore]
    public bool IsUnderWay => State is Running or AwaitingReboot;

    [JsonIgnore]
    public bool IsOver => State is Done or Blocked;

    /// <summary>A move that waits.</summary>
    public static PlanStep Of(int number, PlannedMove move, IReadOnlyList<int> after) => new()
    {
        Number = number,
        State = Waiting,
        Machine = move.Machine,
        From = move.From,
        To = move.To,
        StartSeconds = move.StartSeconds,
        P50Seconds = move.P50Seconds,
        P95Seconds = move.P95Seconds,
        BytesPerSecond = move.BytesPerSecond,
        DirtyRateLimitBytesPerSecond = move.DirtyRateLimitBytesPerSecond,
        After = after,
    };

    /// <summary>A reboot that waits.</summary>
    public static PlanStep Of(int number, PlannedReboot reboot, IReadOnlyList<int> after) => new()
    {
        Number = number,
        State = Waiting,
        From = reboot.Host,
        StartSeconds = reboot.StartSeconds,
        P50Seconds = reboot.Seconds,
        P95Seconds = reboot.Seconds,
        After = after,
    };

    /// <summary>Says why the machine stays.</summary>
    public PlanStep Stays(DateTimeOffset now, string reason, string? change) => this with { State = Blocked, EndTime = now, StatusDetail = null, Reason = reason, CheapestChange = change };
}
