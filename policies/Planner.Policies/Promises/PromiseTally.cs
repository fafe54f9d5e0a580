using Planner.Estimators;
using Planner.Measurements;

namespace Planner.Policies;

/// <summary>How a promise was kept: of the attempts in which the guest was paused at all, those in which it was paused longer than the limit.</summary>
/// <param name="Name">The SLA class, or the machine.</param>
/// <param name="Attempts">All attempts under a promise, also those without a pause.</param>
/// <param name="Paused">Those with a pause: the denominator of the share.</param>
/// <param name="Violations">Those with a pause longer than the limit, or that may have been, whatever the outcome.</param>
public sealed record PromiseTally(string Name, int Attempts, int Paused, int Violations)
{
    private const double IntervalError = 0.05;

    /// <summary>The largest share of misses that any of these attempts was allowed; null if none said.</summary>
    public double? AllowedMisses { get; init; }

    /// <summary>The same by machine, the worst first; only those with a violation. A class may keep its share while one machine always misses.</summary>
    public IReadOnlyList<PromiseTally> Machines { get; init; } = [];

    /// <summary>The share of violations; null without a pause.</summary>
    public double? Share => Paused > 0 ? Violations / (double)Paused : null;

    /// <summary>Its exact 95 % interval (Clopper and Pearson, Biometrika 1934).</summary>
    public (double Low, double High) Interval =>
        (BinomialLimits.LowerLimit(Violations, Paused, IntervalError / 2), BinomialLimits.UpperLimit(Violations, Paused, IntervalError / 2));

    /// <summary>Counts attempts by SLA class. Shadow runs and rehearsals promise nothing and do not count.</summary>
    public static IReadOnlyList<PromiseTally> Count(IEnumerable<MigrationAttempt> attempts) =>
    [
        .. attempts.Where(a => a.Kind is not (AttemptKind.Shadow or AttemptKind.Rehearsal) && a.SlaClass.Length > 0)
            .GroupBy(a => a.SlaClass, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => Of(g.Key, g) with
            {
                AllowedMisses = g.Max(a => 1 - a.Confidence),
                Machines =
                [
                    .. g.GroupBy(a => a.Machine, StringComparer.Ordinal).Select(m => Of(m.Key, m)).Where(m => m.Violations > 0)
                        .OrderByDescending(m => m.Share).ThenBy(m => m.Name, StringComparer.Ordinal),
                ],
            }),
    ];

    private static PromiseTally Of(string name, IEnumerable<MigrationAttempt> attempts)
    {
        var all = attempts.ToList();
        return new PromiseTally(name, all.Count, all.Count(a => a.WasPaused), all.Count(a => a.IsViolation));
    }
}
