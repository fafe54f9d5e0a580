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

    /// <summary>The same by day, the oldest first; days without a pause are left out.</summary>
    public required IReadOnlyList<DayMisses> Days { get; init; }

    /// <summary>Machines with a violation, the worst first.</summary>
    public required IReadOnlyList<MachineMisses> Machines { get; init; }
}

/// <summary>How often a machine missed.</summary>
internal sealed record MachineMisses(string Machine, int Paused, int Violations);

/// <summary>How often promises were missed on a day (UTC).</summary>
internal sealed record DayMisses(DateOnly Day, int Paused, int Violations, int Bounds, int BoundsMissed);

/// <summary>How long an arc of a device class takes.</summary>
/// <param name="Class">The device class.</param>
/// <param name="From">The state that it leaves.</param>
/// <param name="To">The state that it leads to.</param>
/// <param name="Samples">How many samples this is from.</param>
/// <param name="P50Seconds">The median.</param>
/// <param name="P99BoundSeconds">What 99 % stay below, at 95 % confidence; null if there are too few samples to say.</param>
/// <param name="LargestSeconds">The largest.</param>
/// <param name="Alarm">That it has become slower; null if it has not.</param>
internal sealed record ArcView(string Class, string From, string To, int Samples, double P50Seconds, double? P99BoundSeconds, double LargestSeconds, ArcAlarm? Alarm);

/// <summary>The samples of an arc in their order.</summary>
internal sealed record ArcSeries(string Class, string From, string To, ArcAlarm? Alarm, IReadOnlyList<ArcPoint> Points);

/// <summary>A sample of an arc, and whose it is.</summary>
internal sealed record ArcPoint(DateTimeOffset At, double Seconds, string Device, string? Host, string? Machine, string? Attempt);
