using Planner.Measurements;

namespace Planner.Policies;

/// <summary>What a machine has used of its error budget, in the sliding period that ends now.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Budget">The budget.</param>
/// <param name="Spent">How long its guest was paused, at the most.</param>
/// <param name="Attempts">In how many attempts.</param>
/// <param name="ComesBack">When so much of it is older than the period that something is left; null if something is.</param>
public sealed record MachineBudget(string Machine, ErrorBudget Budget, TimeSpan Spent, int Attempts, DateTimeOffset? ComesBack)
{
    /// <summary>What is left; never below zero.</summary>
    public TimeSpan Remaining => Budget.Remaining(Spent);

    /// <summary>Whether nothing is left.</summary>
    public bool IsSpent => Remaining == TimeSpan.Zero;

    /// <summary>Sums up what a machine has used.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="budget">Its budget.</param>
    /// <param name="attempts">Its attempts, at least those of the period. Rehearsals count: the guest was paused.</param>
    /// <param name="now">The end of the period.</param>
    public static MachineBudget Of(string machine, ErrorBudget budget, IEnumerable<AttemptSummary> attempts, DateTimeOffset now)
    {
        var paused = attempts.Where(a => a.Machine == machine && a.WasPaused && a.Ended > now - budget.Per && a.Ended <= now).OrderBy(a => a.Ended).ToList();
        var spent = TimeSpan.FromTicks(paused.Sum(a => a.PausedAtMost.Ticks));
        DateTimeOffset? comesBack = null;
        for (var (i, left) = (0, spent); left >= budget.Blackout && i < paused.Count; i++)
        {
            left -= paused[i].PausedAtMost;
            comesBack = paused[i].Ended + budget.Per;
        }

        return new MachineBudget(machine, budget, spent, paused.Count, comesBack);
    }
}
