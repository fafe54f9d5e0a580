namespace Planner.Service;

/// <summary>What is left of budgets.</summary>
internal sealed record Budgets(IReadOnlyList<ClassBudgetView> Classes, IReadOnlyList<MachineBudgetView> Machines);

/// <summary>The misses that a class may have, and has had.</summary>
internal sealed record ClassBudgetView(string Sla, double PeriodSeconds, double AllowedShare, int Paused, int Violations, double Left, double? LeftShare)
{
    public required IReadOnlyList<BurnView> Burn { get; init; }

    /// <summary>When it is used up if it goes on as in the last day; null for never.</summary>
    public required ExhaustionSeconds ExhaustedIn { get; init; }
}

/// <summary>The soonest and the latest; null for never.</summary>
internal sealed record ExhaustionSeconds(double? Soonest, double? Latest);

/// <summary>How fast a budget is used up in two windows.</summary>
/// <param name="Urgency"><c>page</c> or <c>ticket</c>.</param>
/// <param name="LongSeconds">The long window.</param>
/// <param name="ShortSeconds">The short window.</param>
/// <param name="Factor">From which multiple of what is allowed it burns.</param>
/// <param name="Rate">The multiple in the long window; null without an attempt.</param>
/// <param name="Verdict"><c>quiet</c>, <c>tooFew</c> or <c>burns</c>.</param>
internal sealed record BurnView(string Urgency, double LongSeconds, double ShortSeconds, double Factor, double? Rate, string Verdict);

/// <summary>What a machine may be paused, and was.</summary>
internal sealed record MachineBudgetView(
    string Machine, string Sla, double BudgetSeconds, double PeriodSeconds, double SpentSeconds, double RemainingSeconds, int Attempts, DateTimeOffset? ComesBack);

/// <summary>Whether what was promised was kept, and whether bounds held.</summary>
internal sealed record Calibration(string Sla, double PromisedShare, int Attempts, int Paused, int Violations, double? KeptShare)
{
    /// <summary>The exact 95 % interval of the share that was kept.</summary>
    public required double KeptShareLow { get; init; }

    public required double KeptShareHigh { get; init; }

    /// <summary>Commits that a bound was set for, and those that took longer.</summary>
    public required int Bounds { get; init; }

    public required int BoundsMissed { get; init; }

    /// <summary>Machines with a violation, the worst first.</summary>
    public required IReadOnlyList<MachineMisses> Machines { get; init; }
}

/// <summary>How often a machine missed.</summary>
internal sealed record MachineMisses(string Machine, int Paused, int Violations);

/// <summary>How long an arc of a device class takes.</summary>
internal sealed record ArcView(string Class, string From, string To, int Samples, double P50Seconds, double? P99BoundSeconds, double LargestSeconds);
