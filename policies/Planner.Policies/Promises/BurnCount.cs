using Planner.Estimators;
using Planner.Measurements;

namespace Planner.Policies;

/// <summary>How a promise was kept in a window that ends now.</summary>
/// <param name="Length">The window.</param>
/// <param name="Paused">Attempts under the promise with a pause.</param>
/// <param name="Violations">Those of them that missed.</param>
public readonly record struct BurnCount(TimeSpan Length, int Paused, int Violations)
{
    /// <summary>How many standard deviations a share has to lie beyond what is allowed: 99.5 % on one side, since many windows are looked at again and again.</summary>
    public const double Deviations = 2.576;

    /// <summary>The share of misses; null without an attempt.</summary>
    public double? Share => Paused > 0 ? Violations / (double)Paused : null;

    /// <summary>The lower limit of the share of misses (<see cref="WilsonLimits"/>).</summary>
    public double ShareLower => WilsonLimits.Lower(Violations, Paused, Deviations);

    /// <summary>The upper limit of the share of misses.</summary>
    public double ShareUpper => WilsonLimits.Upper(Violations, Paused, Deviations);

    /// <summary>Counts a class in a window.</summary>
    /// <param name="slaClass">The class.</param>
    /// <param name="attempts">Attempts, at least those of the window.</param>
    /// <param name="now">The end of the window.</param>
    /// <param name="length">Its length.</param>
    public static BurnCount Of(string slaClass, IEnumerable<AttemptSummary> attempts, DateTimeOffset now, TimeSpan length)
    {
        var (paused, violations) = ClassBudget.Count(slaClass, attempts, now, length);
        return new BurnCount(length, paused, violations);
    }
}
