using System.Collections;
using System.Numerics.Tensors;

namespace Planner.Estimators;

/// <summary>Samples of one quantity, oldest first, with their order of size. Immutable: what a <see cref="SampleWindow"/> held at a moment, or any list.</summary>
public sealed class Samples : IReadOnlyList<double>
{
    private readonly double[] _arrivals;
    private double[]? _sorted;

    internal Samples(double[] arrivals, double[]? sorted) => (_arrivals, _sorted) = (arrivals, sorted);

    /// <summary>No samples.</summary>
    public static Samples None { get; } = new([], []);

    /// <inheritdoc/>
    public int Count => _arrivals.Length;

    /// <summary>The samples in ascending order: known beforehand where they come from a window, and otherwise found when first asked for.</summary>
    public ReadOnlySpan<double> Sorted => _sorted ??= Sort();

    /// <summary>The middle sample, or the mean of the two in the middle; NaN without samples.</summary>
    public double Median => SortedSamples.Median(Sorted);

    /// <inheritdoc/>
    public double this[int index] => _arrivals[index];

    /// <summary>The samples of a list; itself where it is already of this kind.</summary>
    public static Samples Of(IEnumerable<double> samples) => samples as Samples ?? new Samples([.. samples], null);

    /// <summary>All samples multiplied.</summary>
    /// <param name="factor">The factor; above 0.</param>
    public Samples Times(double factor) => new(Times(_arrivals, factor), Times(Sorted, factor));

    /// <summary>1 over each sample; all must be above 0.</summary>
    public Samples Inverse()
    {
        var sorted = Inverse(Sorted);
        Array.Reverse(sorted);
        return new Samples(Inverse(_arrivals), sorted);
    }

    /// <inheritdoc/>
    public IEnumerator<double> GetEnumerator() => ((IEnumerable<double>)_arrivals).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static double[] Times(ReadOnlySpan<double> values, double factor)
    {
        var products = new double[values.Length];
        TensorPrimitives.Multiply(values, factor, products);
        return products;
    }

    private static double[] Inverse(ReadOnlySpan<double> values)
    {
        var inverses = new double[values.Length];
        TensorPrimitives.Reciprocal(values, inverses);
        return inverses;
    }

    private double[] Sort()
    {
        double[] sorted = [.. _arrivals];
        Array.Sort(sorted);
        return sorted;
    }
}
