namespace Planner.Estimators;

/// <summary>Look-ups in samples in ascending order.</summary>
public static class SortedSamples
{
    /// <summary>The middle sample, or the mean of the two in the middle; NaN without samples.</summary>
    public static double Median(ReadOnlySpan<double> sorted) =>
        sorted.IsEmpty ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;

    /// <summary>How many samples are at most the value.</summary>
    internal static int CountAtMost(ReadOnlySpan<double> sorted, double value)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (sorted[middle] <= value)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
