namespace Planner.Estimators;

/// <summary>The blackout's distribution if its terms were independent: a model without a finite-sample claim. Immutable.</summary>
/// <remarks>
/// Arcs and the fixed part of the transfer are summed on a grid by convolution, with the product of the distribution functions where devices
/// wait for each other. The transfer's rate and the state's size scale with the bytes of the moment, so they are kept as quantiles and
/// joined to the grid at the moment of the decision; the two are taken as rising together, which errs on the long side.
/// </remarks>
public sealed class IndependentBlackout
{
    private const int Bisections = 9;
    private const int RamBisections = 20;

    private readonly Lazy<double[]> _beyond;
    private readonly Lazy<double[]> _beyondAfterQuiesce;
    private readonly double _stepSeconds;
    private readonly double _largestArcsSeconds;
    private readonly TransferCell[] _transfer;
    private readonly double _leastMisses;

    private IndependentBlackout(IndependentBlackout other, TransferCell[] transfer)
    {
        _beyond = other._beyond;
        _beyondAfterQuiesce = other._beyondAfterQuiesce;
        _stepSeconds = other._stepSeconds;
        _largestArcsSeconds = other._largestArcsSeconds;
        _transfer = transfer;
        _leastMisses = other._leastMisses;
    }

    internal IndependentBlackout(BlackoutGrids grids, double largestArcsSeconds, TransferCell[] transfer, int fewestSamples)
    {
        _beyond = new(() => Beyond(grids.From(BlackoutStage.Quiesce)));
        _beyondAfterQuiesce = new(() => Beyond(grids.From(BlackoutStage.Stop)));
        _stepSeconds = grids.StepSeconds;
        _largestArcsSeconds = largestArcsSeconds;
        _transfer = transfer;
        _leastMisses = BinomialLimits.UpperLimit(0, fewestSamples, 0.05);
    }

    /// <summary>Makes what decisions at both gates look at, so that none of them waits for it.</summary>
    public void MakeReady() => _ = (_beyond.Value, _beyondAfterQuiesce.Value);

    /// <summary>The time that the blackout exceeds with a probability, in seconds.</summary>
    /// <param name="load">What the blackout has to do.</param>
    /// <param name="tail">The probability; in (0, 1).</param>
    public double Quantile(in BlackoutLoad load, double tail)
    {
        Span<double> offsets = stackalloc double[TransferCell.UpperShares.Length];
        Offsets(load, offsets);

        // The answer is rounded up to a grid that does not depend on the bytes but for doublings of its step, so it never falls as they grow.
        var largest = _largestArcsSeconds / _stepSeconds + offsets[^1];
        var step = Math.ScaleB(0.25, Math.Max(0, Math.ILogB(4 * largest) - Bisections));
        var (low, high) = (-1L, (long)Math.Ceiling(largest / step));
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            (low, high) = Beyond(load.Quiesced, offsets, middle * step) <= tail ? (low, middle) : (middle, high);
        }

        return high * step * _stepSeconds;
    }

    /// <summary>The probability that the blackout exceeds a time, and never less than the smallest sample behind it can tell at 95 %.</summary>
    public double MissProbability(in BlackoutLoad load, double seconds) => Math.Max(_leastMisses, Beyond(load, seconds));

    /// <summary>The most memory with which the blackout exceeds a time with at most a probability, in bytes; below 0 if not even none would do.</summary>
    public double RamBytesFor(in BlackoutLoad load, double seconds, double tail)
    {
        if (Beyond(load with { RamBytes = 0 }, seconds) > tail)
        {
            return -1;
        }

        var (low, high) = (0.0, load.RamBytes);
        for (var i = 0; i < RamBisections; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Beyond(load with { RamBytes = middle }, seconds) <= tail ? (middle, high) : (low, middle);
        }

        return low;
    }

    /// <summary>The same blackout if every transfer ran at one rate.</summary>
    public IndependentBlackout AtRate(double bytesPerSecond) =>
        new(this, [.. _transfer.Select(c => c with { SecondsPerByte = 1 / bytesPerSecond })]);

    private double Beyond(in BlackoutLoad load, double seconds)
    {
        Span<double> offsets = stackalloc double[TransferCell.UpperShares.Length];
        Offsets(load, offsets);
        return Beyond(load.Quiesced, offsets, seconds / _stepSeconds);
    }

    /// <summary>The probability of more than so many steps of the grid, with the transfer's cells given in steps.</summary>
    private double Beyond(bool quiesced, ReadOnlySpan<double> offsets, double steps)
    {
        ReadOnlySpan<double> beyond = (quiesced ? _beyondAfterQuiesce : _beyond).Value;
        ReadOnlySpan<double> probabilities = TransferCell.Probabilities;
        var sum = 0.0;
        for (var i = 0; i < offsets.Length; i++)
        {
            // The tables start with the 1 that stands for everything below their first cell.
            sum += probabilities[i] * beyond[Math.Clamp((int)(steps - offsets[i] + 1), 0, beyond.Length - 1)];
        }

        return sum;
    }

    private void Offsets(in BlackoutLoad load, Span<double> offsets)
    {
        var stepsPerSecond = 1 / _stepSeconds;
        for (var i = 0; i < offsets.Length; i++)
        {
            offsets[i] = _transfer[i].Seconds(load) * stepsPerSecond;
        }
    }

    private static double[] Beyond(GridDistribution distribution)
    {
        var beyond = new double[distribution.Mass.Length + 1];
        beyond[0] = 1;
        var left = 1.0;
        for (var i = 0; i < distribution.Mass.Length; i++)
        {
            // Sums of rounded probabilities end a hair away from 0; what the grid really lost is more than that.
            left -= distribution.Mass[i];
            beyond[i + 1] = left > 1e-12 ? left : 0;
        }

        return beyond;
    }
}
