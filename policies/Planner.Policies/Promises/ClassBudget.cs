using Planner.Measurements;

namespace Planner.Policies;

/// <summary>What a class has used of the misses that its promise allows, in the sliding period that ends now.</summary>
/// <param name="SlaClass">The class.</param>
/// <param name="Per">The period.</param>
/// <param name="AllowedShare">The share of attempts with a pause that may miss the limit.</param>
/// <param name="Paused">Attempts under the promise with a pause.</param>
/// <param name="Violations">Those of them that missed.</param>
public sealed record ClassBudget(string SlaClass, TimeSpan Per, double AllowedShare, int Paused, int Violations)
{
    /// <summary>The period where the policy names none.</summary>
    public static TimeSpan UsualPeriod { get; } = TimeSpan.FromDays(30);

    /// <summary>How many misses so many attempts may have.</summary>
    public double AllowedViolations => AllowedShare * Paused;

    /// <summary>How many misses are left; below zero if the promise is not kept.</summary>
    public double Left => AllowedViolations - Violations;

    /// <summary>The share of the budget that is left; null before the first attempt with a pause.</summary>
    public double? LeftShare => Paused > 0 ? 1 - (Violations / AllowedViolations) : null;

    /// <summary>Sums up what a class has used.</summary>
    /// <param name="policy">The class.</param>
    /// <param name="attempts">Attempts, at least those of the period.</param>
    /// <param name="now">The end of the period.</param>
    public static ClassBudget Of(SlaPolicy policy, IEnumerable<AttemptSummary> attempts, DateTimeOffset now)
    {
        var per = policy.ErrorBudget?.Per ?? UsualPeriod;
        var (paused, violations) = Count(policy.Name, attempts, now, per);
        return new ClassBudget(policy.Name, per, 1 - policy.Confidence, paused, violations);
    }

    /// <summary>When the budget is used up if it goes on as in a window of late.</summary>
    /// <param name="window">What happened in the window.</param>
    /// <returns>The soonest and the latest, between which the share of misses lies at 99 %; zero if it is used up, null for never.</returns>
    public (TimeSpan? Soonest, TimeSpan? Latest) Exhaustion(BurnCount window)
    {
        TimeSpan? At(double share)
        {
            var perSecond = window.Paused / window.Length.TotalSeconds * (share - AllowedShare);
            return Left <= 0 ? TimeSpan.Zero
                : perSecond > 0 && Left / perSecond is var seconds && seconds < ValueLimits.LongestSeconds ? TimeSpan.FromSeconds(seconds)
                : null;
        }

        return window.Paused == 0 && Left > 0 ? (null, null) : (At(window.ShareUpper), At(window.ShareLower));
    }

    /// <summary>The attempts under a promise with a pause that ended in a time, and those of them that missed.</summary>
    internal static (int Paused, int Violations) Count(string slaClass, IEnumerable<AttemptSummary> attempts, DateTimeOffset now, TimeSpan length)
    {
        var (paused, violations) = (0, 0);
        foreach (var attempt in attempts.Where(a => a.SlaClass == slaClass && a.IsPromised && a.WasPaused && a.Ended > now - length && a.Ended <= now))
        {
            paused++;
            violations += attempt.IsViolation ? 1 : 0;
        }

        return (paused, violations);
    }
}
