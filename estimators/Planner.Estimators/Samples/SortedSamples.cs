namespace Planner.Estimators;

/// <summary>Look-ups in sorted samples.</summary>
internal static class SortedSamples
{
    /// <summary>How many samples are at most the value.</summary>
    public static int CountAtMost(ReadOnlySpan<double> sorted, double value)
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
