using System.Text.Json.Serialization;

namespace Planner.Documents;

/// <summary>A plan as JSON.</summary>
internal sealed record FleetPlanDocument(
    bool Feasible,
    double MakespanP50Seconds,
    double MakespanP95Seconds,
    double? ProbabilityInTime,
    double LowerBoundSeconds,
    IReadOnlyList<PlannedMoveDocument> Moves,
    IReadOnlyList<BlockedMachineDocument> Blocked,
    IReadOnlyDictionary<string, double?> LastSafeStart,
    string Hash)
{
    /// <summary>The reboots of an upgrade; otherwise left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<PlannedRebootDocument>? Reboots { get; init; }

    /// <summary>The plans to choose from of an upgrade; otherwise left out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<PlanChoiceDocument>? Choices { get; init; }
}

/// <summary>A move as JSON.</summary>
internal sealed record PlannedMoveDocument(
    string Machine, string From, string To, double StartSeconds, double P50Seconds, double P95Seconds, double BytesPerSecond, double? DirtyRateLimitBytesPerSecond);

/// <summary>A machine that cannot move as JSON.</summary>
internal sealed record BlockedMachineDocument(string Machine, string Reason, string CheapestChange);

/// <summary>A reboot as JSON.</summary>
internal sealed record PlannedRebootDocument(string Host, double StartSeconds, double Seconds);

/// <summary>A plan to choose as JSON.</summary>
internal sealed record PlanChoiceDocument(
    string Name, bool Chosen, double MakespanP50Seconds, double MakespanP95Seconds, double? ProbabilityInTime, double MovesPerMachine, int MostMovesOfAMachine, int MostHostsAway);
