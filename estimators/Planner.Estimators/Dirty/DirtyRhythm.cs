namespace Planner.Estimators;

/// <summary>Looks for a period in a machine's dirty rate, and tells when the next lull comes.</summary>
/// <remarks>
/// The largest ordinate of the periodogram over their sum is Fisher's g (Fisher, Tests of significance in harmonic analysis, 1929), whose
/// distribution under white noise is known: a rate without pattern is called periodic with at most the stated probability. The two lowest
/// frequencies are left out, since drifts live there and fewer than three periods prove nothing. Rates that merely wander are no white noise, so
/// the folded pattern must also explain at least half of the variance. Fits when asked, not when told. Not for use by several threads at once.
/// </remarks>
public sealed class DirtyRhythm
{
    /// <summary>The observations that are kept.</summary>
    public const int Capacity = 512;

    private const int FewestObservations = 24;
    private const int FewestPeriods = 3;
    private const int MostBins = 64;
    private const int MostHarmonics = 4;
    private const double FewestExplained = 0.5;
    private const double WorthALongerPeriod = 0.05;

    private readonly double[] _rates = new double[Capacity];
    private readonly double _intervalSeconds;
    private readonly double _falseAlarmProbability;
    private long _seen;
    private long _foundAt = -1;
    private DirtyCycle? _cycle;

    /// <summary>Starts without observations.</summary>
    /// <param name="intervalSeconds">The length of each window of observation in seconds, one following the other; above 0.</param>
    /// <param name="falseAlarmProbability">How often a rate without pattern may be called periodic; in (0, 1).</param>
    public DirtyRhythm(double intervalSeconds, double falseAlarmProbability = 0.001)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(intervalSeconds);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(falseAlarmProbability);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(falseAlarmProbability, 1);
        _intervalSeconds = intervalSeconds;
        _falseAlarmProbability = falseAlarmProbability;
    }

    /// <summary>The number of observations that are kept.</summary>
    public int Count => (int)Math.Min(Capacity, _seen);

    /// <summary>Takes the next observation; the oldest leaves when there are too many.</summary>
    /// <param name="bytesPerSecond">Unique bytes of the window over its length; at least 0.</param>
    public void Add(double bytesPerSecond)
    {
        if (!(bytesPerSecond >= 0 && double.IsFinite(bytesPerSecond)))
        {
            throw new ArgumentOutOfRangeException(nameof(bytesPerSecond), bytesPerSecond, "must be a finite number of at least 0");
        }

        _rates[_seen++ % Capacity] = bytesPerSecond;
    }

    /// <summary>The period that is in the observations; null if there is none that is significant.</summary>
    public DirtyCycle? Find()
    {
        if (_foundAt != _seen)
        {
            _cycle = Search(InOrder());
            _foundAt = _seen;
        }

        return _cycle;
    }

    /// <summary>P(g > x) for the largest of so many ordinates: the sum over j of (-1)^(j-1) C(m, j) (1 - j x)^(m-1).</summary>
    /// <param name="x">The largest ordinate over the sum of all; in [0, 1].</param>
    /// <param name="ordinates">The number m of ordinates; at least 1.</param>
    public static double FisherProbability(double x, int ordinates)
    {
        // The first term alone is an upper bound (Bonferroni), and it is exact where it matters; the alternating sum would cancel digits away.
        var first = ordinates * Math.Pow(Math.Max(0, 1 - x), ordinates - 1);
        if (first < 0.05)
        {
            return first;
        }

        var sum = 0.0;
        var choose = 1.0;
        for (var j = 1; j <= ordinates && j * x < 1 && j <= 60; j++)
        {
            choose *= (ordinates - j + 1.0) / j;
            sum += (j % 2 == 1 ? 1 : -1) * choose * Math.Pow(1 - j * x, ordinates - 1);
        }

        return sum is >= 0 and <= 1 ? sum : Math.Min(1, first);
    }

    private double[] InOrder()
    {
        var rates = new double[Count];
        for (var i = 0; i < rates.Length; i++)
        {
            rates[i] = _rates[(_seen - rates.Length + i) % Capacity];
        }

        return rates;
    }

    private DirtyCycle? Search(double[] rates)
    {
        if (rates.Length < FewestObservations)
        {
            return null;
        }

        var mean = rates.Average();
        double[] centred = [.. rates.Select(r => r - mean)];
        var (best, total) = (FewestPeriods, 0.0);
        var highest = 0.0;
        var last = (rates.Length - 1) / 2;
        for (var k = FewestPeriods; k <= last; k++)
        {
            var power = Power(centred, k);
            total += power;
            (best, highest) = power > highest ? (k, power) : (best, highest);
        }

        var probability = total > 0 ? FisherProbability(highest / total, last - FewestPeriods + 1) : 1;
        return probability <= _falseAlarmProbability ? Fold(rates, Period(rates, Refine(centred, best)), probability) : null;
    }

    /// <summary>The power at so many cycles in the observations, by Goertzel's recursion.</summary>
    private static double Power(double[] values, double cycles)
    {
        var coefficient = 2 * Math.Cos(2 * Math.PI * cycles / values.Length);
        var (one, two) = (0.0, 0.0);
        foreach (var value in values)
        {
            (one, two) = (value + coefficient * one - two, one);
        }

        return one * one + two * two - coefficient * one * two;
    }

    /// <summary>The periodogram's own frequencies are coarse; the peak between its neighbours is looked for on a finer grid.</summary>
    private static double Refine(double[] values, int cycles)
    {
        const int Steps = 20;
        double best = cycles;
        var highest = 0.0;
        for (var i = -Steps; i <= Steps; i++)
        {
            var power = Power(values, cycles + (double)i / Steps);
            (best, highest) = power > highest ? (cycles + (double)i / Steps, power) : (best, highest);
        }

        return best;
    }

    /// <summary>The highest peak of short lulls may be a harmonic: the period is the multiple whose folded pattern explains most.</summary>
    private static double Period(double[] rates, double cycles)
    {
        var period = rates.Length / cycles;
        var explained = Explained(rates, period);
        for (var harmonic = 2; harmonic <= MostHarmonics && cycles / harmonic >= FewestPeriods - 0.5; harmonic++)
        {
            var longer = Explained(rates, harmonic * rates.Length / cycles);
            (period, explained) = longer > explained + WorthALongerPeriod ? (harmonic * rates.Length / cycles, longer) : (period, explained);
        }

        return period;
    }

    /// <summary>The share of the variance that the folded pattern explains, less what as many bins would explain of noise.</summary>
    private static double Explained(double[] rates, double period)
    {
        var bins = Bins(period);
        var profile = Profile(rates, period, bins);
        var mean = rates.Average();
        var (left, variance) = (0.0, 0.0);
        for (var i = 0; i < rates.Length; i++)
        {
            left += Math.Pow(rates[i] - profile[Bin(i, period, bins)], 2);
            variance += Math.Pow(rates[i] - mean, 2);
        }

        return 1 - left / variance * (rates.Length - 1) / (rates.Length - bins);
    }

    /// <summary>Lays the periods over each other and takes the longest stretch below the middle between their highest and lowest level.</summary>
    /// <param name="rates">The observations in order.</param>
    /// <param name="period">The period in observations.</param>
    /// <param name="probability">The probability of a false alarm.</param>
    private DirtyCycle? Fold(double[] rates, double period, double probability)
    {
        if (Explained(rates, period) < FewestExplained)
        {
            return null;
        }

        var bins = Bins(period);
        var profile = Profile(rates, period, bins);
        var middle = (profile.Max() + profile.Min()) / 2;
        var (first, length) = LongestBelow(profile, middle);
        var low = profile.Where(level => level <= middle).Average();
        var high = profile.Where(level => level > middle).DefaultIfEmpty(low).Average();

        // Now is the end of the last window. Phases are counted in periods from the first window's start.
        var into = rates.Length / period - first / (double)bins;
        into -= Math.Floor(into);
        var lull = length / (double)bins;
        var begins = into < lull ? 0 : 1 - into;
        var ends = into < lull ? lull - into : begins + lull;
        var seconds = period * _intervalSeconds;
        return new DirtyCycle(seconds, begins * seconds, ends * seconds, low, high, probability);
    }

    private static int Bins(double period) => Math.Clamp((int)Math.Round(period), 2, MostBins);

    private static double[] Profile(double[] rates, double period, int bins)
    {
        var sums = new double[bins];
        var counts = new int[bins];
        for (var i = 0; i < rates.Length; i++)
        {
            var bin = Bin(i, period, bins);
            sums[bin] += rates[i];
            counts[bin]++;
        }

        var mean = rates.Average();
        return [.. sums.Select((sum, bin) => counts[bin] > 0 ? sum / counts[bin] : mean)];
    }

    /// <summary>The bin of the middle of a window.</summary>
    private static int Bin(int index, double period, int bins)
    {
        var phase = (index + 0.5) / period;
        return Math.Min(bins - 1, (int)((phase - Math.Floor(phase)) * bins));
    }

    private static (int First, int Length) LongestBelow(double[] profile, double middle)
    {
        var best = (First: 0, Length: 0);
        for (var first = 0; first < profile.Length; first++)
        {
            var length = 0;
            while (length < profile.Length && profile[(first + length) % profile.Length] <= middle)
            {
                length++;
            }

            best = length > best.Length ? (first, length) : best;
        }

        return best;
    }
}
