using Planner.Measurements;

namespace Planner.Policies;

/// <summary>Two windows that are looked at together: the long one says that the budget burns, the short one that it still does.</summary>
/// <param name="IsPage">Whether somebody is called at once; otherwise it can wait for the day.</param>
/// <param name="Long">The long window.</param>
/// <param name="Short">The short window.</param>
/// <param name="Factor">How many times as fast as the promise allows misses have to come.</param>
/// <remarks>The windows and factors are those of Google's SRE workbook, chapter 5, for a period of 30 days.</remarks>
public sealed record BurnWindow(bool IsPage, TimeSpan Long, TimeSpan Short, double Factor)
{
    /// <summary>All of them, the most urgent first.</summary>
    public static IReadOnlyList<BurnWindow> All { get; } =
    [
        new(true, TimeSpan.FromHours(1), TimeSpan.FromMinutes(5), 14.4),
        new(true, TimeSpan.FromHours(6), TimeSpan.FromMinutes(30), 6),
        new(false, TimeSpan.FromDays(1), TimeSpan.FromHours(2), 3),
        new(false, TimeSpan.FromDays(3), TimeSpan.FromHours(6), 1),
    ];

    /// <summary>The share of misses from which on it burns. Where a promise allows many misses a multiple may be more than there can be: it is at most half way to
    /// all.</summary>
    /// <param name="allowedShare">The share of misses that is allowed; in (0, 1).</param>
    public double Threshold(double allowedShare) => Math.Min(Factor * allowedShare, (1 + allowedShare) / 2);
}

/// <summary>What two windows say.</summary>
public enum BurnVerdict
{
    /// <summary>Misses come no faster than that.</summary>
    Quiet,

    /// <summary>They may, but there are too few attempts to say so.</summary>
    TooFew,

    /// <summary>They do.</summary>
    Burns,
}

/// <summary>How fast a class uses its budget up.</summary>
/// <param name="Window">The windows.</param>
/// <param name="InLong">What happened in the long one.</param>
/// <param name="InShort">What happened in the short one.</param>
/// <param name="AllowedShare">The share of misses that is allowed.</param>
public sealed record BurnRate(BurnWindow Window, BurnCount InLong, BurnCount InShort, double AllowedShare)
{
    /// <summary>One miss is no pattern, whatever it is a share of.</summary>
    public const int LeastViolations = 2;

    /// <summary>How many times as fast as the promise allows; null without an attempt.</summary>
    public double? Rate => InLong.Share / AllowedShare;

    /// <summary>What the windows say. A small sample never says that it burns: the lower limit of the share has to be beyond the threshold.</summary>
    public BurnVerdict Verdict
    {
        get
        {
            var threshold = Window.Threshold(AllowedShare);
            return !(InLong.Share > threshold && InShort.Share > threshold) ? BurnVerdict.Quiet
                : InLong.Violations >= LeastViolations && InLong.ShareLower > threshold ? BurnVerdict.Burns
                : BurnVerdict.TooFew;
        }
    }

    /// <summary>Looks at all windows of a class.</summary>
    /// <param name="policy">The class.</param>
    /// <param name="attempts">Attempts, at least those of the longest window.</param>
    /// <param name="now">The end of the windows.</param>
    public static IReadOnlyList<BurnRate> Of(SlaPolicy policy, IReadOnlyList<AttemptSummary> attempts, DateTimeOffset now) =>
    [
        .. BurnWindow.All.Select(w => new BurnRate(
            w, BurnCount.Of(policy.Name, attempts, now, w.Long), BurnCount.Of(policy.Name, attempts, now, w.Short), 1 - policy.Confidence)),
    ];
}
