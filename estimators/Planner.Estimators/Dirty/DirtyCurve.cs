namespace Planner.Estimators;

/// <summary>How many different bytes are written in a window: D(t) = sum of W_k (1 - exp(-t / tau_k)) with all W_k at least 0.</summary>
/// <remarks>
/// Memory that is rewritten at random with time constant tau gives W (1 - exp(-t / tau)) unique bytes, so a machine is a mix of such parts; a
/// plain rate times time overstates long windows and understates short ones. Beyond the longest observed window the curve goes on along its
/// tangent there: D is concave, so the tangent is above it. Below the shortest window the curve is interpolated towards D(0) = 0, and the data
/// cannot tell how steep it really is.
/// </remarks>
public sealed class DirtyCurve
{
    private const int TimeConstants = 32;

    private readonly double[] _bytes;
    private readonly double[] _seconds;

    private DirtyCurve(double[] bytes, double[] seconds, double longest)
    {
        _bytes = bytes;
        _seconds = seconds;
        LongestWindowSeconds = longest;
    }

    /// <summary>The longest window that was observed, in seconds.</summary>
    public double LongestWindowSeconds { get; }

    /// <summary>The curve of memory that is rewritten at random with one time constant, known for every window.</summary>
    /// <param name="workingSetBytes">The memory that is rewritten, in bytes; at least 0.</param>
    /// <param name="timeConstantSeconds">The time constant in seconds; above 0.</param>
    public static DirtyCurve Of(double workingSetBytes, double timeConstantSeconds) => new([workingSetBytes], [timeConstantSeconds], double.PositiveInfinity);

    /// <summary>Fits a curve to windows of observation by non-negative least squares of the relative errors.</summary>
    /// <param name="windows">Length in seconds, above 0, and unique bytes, at least 0, of every window; in any order.</param>
    /// <returns>Null without a window.</returns>
    public static DirtyCurve? Fit(IReadOnlyCollection<(double Seconds, double UniqueBytes)> windows)
    {
        if (windows.Count == 0)
        {
            return null;
        }

        var shortest = windows.Min(w => w.Seconds);
        var longest = windows.Max(w => w.Seconds);
        var seconds = new double[TimeConstants];
        var (from, to) = (Math.Log(shortest / 8), Math.Log(longest * 4));
        for (var k = 0; k < TimeConstants - 1; k++)
        {
            seconds[k] = Math.Exp(from + (to - from) * k / (TimeConstants - 2));
        }

        // As good as a straight line: memory that no observed window has begun to write twice.
        seconds[^1] = longest * 1000;

        // Relative errors: otherwise the long windows, with the many bytes, would leave nothing to the short ones, which decide at the end.
        var smallest = Math.Max(1, windows.Max(w => w.UniqueBytes) * 1e-3);
        var rows = new double[windows.Count, TimeConstants];
        var targets = new double[windows.Count];
        var row = 0;
        foreach (var window in windows)
        {
            var weight = 1 / Math.Max(window.UniqueBytes, smallest);
            targets[row] = window.UniqueBytes * weight;
            for (var k = 0; k < TimeConstants; k++)
            {
                rows[row, k] = -double.ExpM1(-window.Seconds / seconds[k]) * weight;
            }

            row++;
        }

        // Most parts come out as 0, and the curve is asked far more often than it is fitted.
        var parts = NonNegativeLeastSquares.Solve(rows, targets).Zip(seconds).Where(part => part.First > 0).ToList();
        return new DirtyCurve([.. parts.Select(part => part.First)], [.. parts.Select(part => part.Second)], longest);
    }

    /// <summary>The unique bytes of a window.</summary>
    /// <param name="windowSeconds">The window's length in seconds; at least 0.</param>
    public double UniqueBytes(double windowSeconds)
    {
        var inside = Math.Min(windowSeconds, LongestWindowSeconds);
        var sum = 0.0;
        for (var k = 0; k < _bytes.Length; k++)
        {
            sum -= _bytes[k] * double.ExpM1(-inside / _seconds[k]);
        }

        return windowSeconds > inside ? sum + UniqueBytesPerSecond(inside) * (windowSeconds - inside) : sum;
    }

    /// <summary>The rate at which bytes become dirty that were not yet, so long after the last sync, in bytes per second.</summary>
    /// <param name="windowSeconds">The time since the sync in seconds; at least 0.</param>
    public double UniqueBytesPerSecond(double windowSeconds)
    {
        var inside = Math.Min(windowSeconds, LongestWindowSeconds);
        var sum = 0.0;
        for (var k = 0; k < _bytes.Length; k++)
        {
            sum += _bytes[k] / _seconds[k] * Math.Exp(-inside / _seconds[k]);
        }

        return sum;
    }

    /// <summary>The remaining bytes that pre-copy rounds at a rate settle at: the largest V with V = D(V / rate).</summary>
    /// <param name="bytesPerSecond">The rate of sending; above 0.</param>
    /// <returns>0 if every round is smaller than the one before; infinity if the rounds never settle.</returns>
    public double ReachableFloorBytes(double bytesPerSecond)
    {
        if (UniqueBytesPerSecond(0) <= bytesPerSecond)
        {
            return 0;
        }

        // The curve is concave and starts above the line V, so it crosses once, or never if its last slope is steeper than the line.
        if (UniqueBytesPerSecond(LongestWindowSeconds) >= bytesPerSecond)
        {
            return double.PositiveInfinity;
        }

        var high = Math.Max(1, UniqueBytes(LongestWindowSeconds));
        while (UniqueBytes(high / bytesPerSecond) > high)
        {
            high *= 2;
        }

        var low = 0.0;
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = UniqueBytes(middle / bytesPerSecond) > middle ? (middle, high) : (low, middle);
        }

        return high;
    }
}
