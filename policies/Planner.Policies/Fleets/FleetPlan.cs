namespace Planner.Policies;

/// <summary>A plan for a fleet: which machine moves where and when, how sure it is, and who cannot move. It holds all that is needed to carry it out later.</summary>
public sealed record FleetPlan
{
    /// <summary>What was asked.</summary>
    public required FleetTaskKind Kind { get; init; }

    /// <summary>Whether every machine that has to move can, within its SLA and, with the confidence that was asked for, in time.</summary>
    public required bool IsFeasible { get; init; }

    /// <summary>Why, in one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>The time that half of the runs are done in, in seconds.</summary>
    public required double MakespanP50Seconds { get; init; }

    /// <summary>The time that 19 of 20 runs are done in, in seconds.</summary>
    public required double MakespanP95Seconds { get; init; }

    /// <summary>How likely the planned moves are done in the time that was given; null where none was given.</summary>
    public double? ProbabilityInTime { get; init; }

    /// <summary>No plan for these moves is shorter, with durations at their middle; in seconds.</summary>
    public required double LowerBoundSeconds { get; init; }

    /// <summary>The moves, in the order of their starts.</summary>
    public required IReadOnlyList<PlannedMove> Moves { get; init; }

    /// <summary>The reboots of an upgrade, in the order of their starts.</summary>
    public IReadOnlyList<PlannedReboot> Reboots { get; init; } = [];

    /// <summary>The machines that should move and cannot. They run on where they are.</summary>
    public required IReadOnlyList<BlockedMachine> Blocked { get; init; }

    /// <summary>By host that is to be empty: so many seconds from now its part may begin and still be done in time with the confidence that was asked for; below 0 if that is too late already. Null
    /// where no time was given, or where the host cannot be emptied.</summary>
    public required IReadOnlyDictionary<string, double?> LastSafeStart { get; init; }

    /// <summary>Other plans for the same task, fewest moves first; empty where there is one alone.</summary>
    public IReadOnlyList<PlanChoice> Choices { get; init; } = [];

    /// <summary>When each replayed run was done, in seconds, ascending.</summary>
    public IReadOnlyList<double> FinishSeconds { get; init; } = [];

    /// <summary>What the plan had to assume, a sentence each.</summary>
    public IReadOnlyList<string> Assumptions { get; init; } = [];

    /// <summary>What the plan was made from: a plan is stale when the fleet as it is now gives another one.</summary>
    public required string InputsHash { get; init; }

    /// <summary>The plan and what it was made from.</summary>
    public required string Hash { get; init; }
}
