using Planner.Measurements;
using Planner.Policies;

namespace Planner.Tests.Sla;

/// <summary>Attempts summed up, for tests of promises.</summary>
internal static class Summaries
{
    public static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    public static readonly SlaPolicy Gold = new()
    {
        Name = "gold",
        BlackoutLimit = TimeSpan.FromMilliseconds(300),
        Confidence = 0.99,
        ErrorBudget = new ErrorBudget(TimeSpan.FromSeconds(30), TimeSpan.FromDays(30)),
        Attempts = new AttemptLimit(3, TimeSpan.FromMinutes(10)),
    };

    private static int _count;

    /// <summary>A migration of vm1 under gold that ended some minutes ago.</summary>
    public static AttemptSummary Ago(double minutes, double pausedSeconds = 0.1, MigrationOutcome outcome = MigrationOutcome.Completed, string reason = "It fits.") => new(
        $"a{Interlocked.Increment(ref _count)}", AttemptKind.Migration, "vm1", "gold", TimeSpan.FromMilliseconds(300), 0.99, outcome, Now.AddMinutes(-minutes - 1), Now.AddMinutes(-minutes),
        TimeSpan.FromSeconds(pausedSeconds), reason);

    /// <summary>One that left the machine where it is.</summary>
    public static AttemptSummary Stayed(double minutes) => Ago(minutes, pausedSeconds: 0, MigrationOutcome.Stayed, "Too little evidence.");

    /// <summary>Attempts evenly over the minutes before now, the latest of them misses.</summary>
    public static List<AttemptSummary> Spread(int count, int misses, double minutes) =>
        [.. Enumerable.Range(0, count).Select(i => Ago(minutes * (count - i - 0.5) / count, i >= count - misses ? 1 : 0.1))];
}
