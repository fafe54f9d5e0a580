namespace Planner.Estimators;

/// <summary>What an <see cref="AdaptiveConformal"/> bound aims at and how it follows. The defaults are meant to be kept; each says why.</summary>
/// <param name="AllowedMisses">The share of misses a that the bound steers to; in (0, 0.5], and the <see cref="Window"/> that it needs at most
/// <see cref="LongestWindow"/>.</param>
public sealed record AdaptiveConformalOptions(double AllowedMisses)
{
    /// <summary>The longest window that is accepted: more scores than any snapshot can hold.</summary>
    public const int LongestWindow = 200_000;

    private const int ShortestWindow = 500;
    private const int ExceedancesInWindow = 5;

    /// <summary>How many scores the quantile is taken from. At least 500, and enough for five of them to lie beyond the quantile: with fewer
    /// the quantile is a matter of one or two scores. Beyond <see cref="SampleWindow.DefaultCapacity"/>, which is all that the planner keeps, it
    /// only grows to the 1/a - 1 scores without which there is no bound.</summary>
    public int Window { get; init; } = (int)Math.Max(
        Math.Max(ShortestWindow, ScoreTable.RequiredScores(AllowedMisses)),
        Math.Min(SampleWindow.DefaultCapacity, Math.Ceiling(ExceedancesInWindow / AllowedMisses)));

    /// <summary>How many scores the level is the median of. The noise of a median of 51 widens a bound for independent scores by about 1 %;
    /// half of it, 25 scores, is how long the bound lags behind a fall of the level. Rises are what the alarm is for.</summary>
    public int LevelWindow { get; init; } = 51;

    /// <summary>By how much a miss lowers the logarithm of the level asked for, for good. Smaller follows changes of the scatter more slowly;
    /// larger makes the bound of a steady series restless: the logarithm then varies with a standard deviation of about sqrt(gain / 2).</summary>
    public double IntegralGain { get; init; } = 0.4;

    /// <summary>By how much a miss lowers the logarithm of the level asked for in passing, with a memory of 1/(2a) scores: misses come in
    /// bursts, and half the mean distance between misses is too short to confuse those of a steady series with a burst.</summary>
    public double BurstGain { get; init; } = 0.7;

    /// <summary>The probability of ever raising the drift alarm on a series that does not change.</summary>
    public double FalseAlarm { get; init; } = 0.01;
}
