namespace Planner.Estimators;

/// <summary>Foretells how much memory is left when the guest really stops, which is some time after it was decided.</summary>
/// <remarks>
/// Meanwhile the pass goes on: what the last dirty sync found is sent, and the guest writes. When a pass is through, the next one begins with what
/// was written in it. What is written to pages that are still unsent is counted twice, which errs towards more.
/// </remarks>
public static class StopForecast
{
    // Below this nothing is a pass of its own: a sync takes as long.
    private const double ShortestPassSeconds = 0.001;

    /// <summary>The bytes left at the stop, on the mean over how long the stop may take.</summary>
    /// <param name="remainingBytes">What the dirty sync just found; at least 0.</param>
    /// <param name="bytesPerSecond">The rate of sending; above 0.</param>
    /// <param name="curve">What the guest writes; null if nothing is known of it, then the remaining bytes are the forecast.</param>
    /// <param name="latenciesSeconds">How long stops have taken, from the decision on; each at least 0.</param>
    public static double BytesAtStop(double remainingBytes, double bytesPerSecond, DirtyCurve? curve, IReadOnlyList<double> latenciesSeconds)
    {
        if (curve is null || latenciesSeconds.Count == 0 || !(bytesPerSecond > 0))
        {
            return remainingBytes;
        }

        var sum = 0.0;
        foreach (var latency in latenciesSeconds)
        {
            sum += After(latency, remainingBytes, bytesPerSecond, curve);
        }

        return sum / latenciesSeconds.Count;
    }

    private static double After(double seconds, double remainingBytes, double bytesPerSecond, DirtyCurve curve)
    {
        var left = seconds;
        var bytes = remainingBytes;
        while (true)
        {
            var pass = Math.Max(ShortestPassSeconds, bytes / bytesPerSecond);
            if (left < pass)
            {
                return Math.Max(0, bytes - bytesPerSecond * left) + curve.UniqueBytes(left);
            }

            left -= pass;
            bytes = curve.UniqueBytes(pass);
        }
    }
}
