using System.Numerics.Tensors;

namespace Planner.Estimators;

/// <summary>A distribution of a time on a grid of equal steps. Values are rounded up to the grid, so that sums err on the long side.</summary>
internal sealed class GridDistribution
{
    private readonly double[] _mass;

    private GridDistribution(double[] mass, double step, int maximumCells)
    {
        _mass = mass;
        StepSeconds = step;
        MaximumCells = maximumCells;
    }

    /// <summary>The width of a cell in seconds.</summary>
    public double StepSeconds { get; }

    /// <summary>The number of cells that no operation exceeds; probability beyond them is lost from the grid and counts as beyond every value on it.</summary>
    public int MaximumCells { get; }

    /// <summary>The probabilities of 0, 1, 2, ... steps.</summary>
    public ReadOnlySpan<double> Mass => _mass;

    /// <summary>The empirical distribution of samples.</summary>
    /// <param name="sorted">The samples in ascending order; at least one, none negative.</param>
    /// <param name="stepSeconds">The width of a cell in seconds; above 0.</param>
    /// <param name="maximumCells">The number of cells; at least 1.</param>
    public static GridDistribution FromSamples(ReadOnlySpan<double> sorted, double stepSeconds, int maximumCells)
    {
        var cells = (int)Math.Min(maximumCells, Math.Ceiling(sorted[^1] / stepSeconds) + 1);
        var mass = new double[cells];
        var before = 0;
        for (var cell = 0; cell < cells && before < sorted.Length; cell++)
        {
            var upTo = before + SortedSamples.CountAtMost(sorted[before..], cell * stepSeconds);
            mass[cell] = (double)(upTo - before) / sorted.Length;
            before = upTo;
        }

        return new GridDistribution(mass, stepSeconds, maximumCells);
    }

    /// <summary>The distribution of the sum of two independent times on the same grid.</summary>
    public GridDistribution Plus(GridDistribution other)
    {
        var (kernel, signal) = _mass.Length <= other._mass.Length ? (_mass, other._mass) : (other._mass, _mass);
        var sum = new double[Math.Min(MaximumCells, kernel.Length + signal.Length - 1)];
        for (var i = 0; i < kernel.Length; i++)
        {
            if (kernel[i] > 0)
            {
                var target = sum.AsSpan(i, Math.Min(signal.Length, sum.Length - i));
                TensorPrimitives.MultiplyAdd(signal.AsSpan(0, target.Length), kernel[i], target, target);
            }
        }

        return new GridDistribution(sum, StepSeconds, MaximumCells);
    }

    /// <summary>The distribution of the larger of two independent times on the same grid: the product of their distribution functions.</summary>
    public GridDistribution Max(GridDistribution other)
    {
        var mass = new double[Math.Max(_mass.Length, other._mass.Length)];
        double mine = 0, theirs = 0, before = 0;
        for (var i = 0; i < mass.Length; i++)
        {
            mine += i < _mass.Length ? _mass[i] : 0;
            theirs += i < other._mass.Length ? other._mass[i] : 0;
            mass[i] = mine * theirs - before;
            before = mine * theirs;
        }

        return new GridDistribution(mass, StepSeconds, MaximumCells);
    }
}
