namespace Planner.Cli;

/// <summary>Limits as people write them: 1, 1.5, 2, 3, 5 or 7 times a power of ten.</summary>
internal static class RoundLimit
{
    private static readonly double[] Steps = [1, 1.5, 2, 3, 5, 7];

    /// <summary>The smallest round limit with half as much again as a bound: gate 2 has a bound of its own, which may be larger.</summary>
    public static TimeSpan Above(double boundSeconds) => TimeSpan.FromSeconds(Candidates(boundSeconds).First(c => c >= boundSeconds * 1.5));

    /// <summary>The largest round limit that is not above a value.</summary>
    public static TimeSpan Below(double seconds) => TimeSpan.FromSeconds(Candidates(seconds).Last(c => c <= seconds));

    private static IEnumerable<double> Candidates(double around)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(around)) - 1);
        for (var i = 0; i < 4; i++, power *= 10)
        {
            foreach (var step in Steps)
            {
                yield return Math.Round(step * power, 9);
            }
        }
    }
}
