namespace Planner.Estimators;

/// <summary>Foretells how much memory is left when the guest really stops, which is some time after it was decided.</summary>
/// <remarks>
/// Meanwhile the pass goes on: what the last dirty sync found is sent, and the guest writes. When a pass is through, the next one begins with what
/// was written in it. A page that is written again while it is still unsent counts once: of the pages of a window t after a window T the curve D says
/// that D(T) + D(t) - D(T + t) were in both. The guest is taken to write on as it did in the latest pass, so the curve is scaled to that.
/// </remarks>
public static class StopForecast
{
    // Below this nothing is a pass of its own: a sync takes as long.
    private const double ShortestPassSeconds = 0.001;

    // A pass of a few pages tells little of the pace; no guest is taken to have changed by more than this.
    private const double LargestChange = 4;

    /// <summary>The bytes left at the stop, on the mean over how long the stop may take.</summary>
    /// <param name="remainingBytes">What the dirty sync just found; at least 0.</param>
    /// <param name="passSeconds">How long the pass was in which that was written; NaN if that is not known.</param>
    /// <param name="bytesPerSecond">The rate of sending; above 0.</param>
    /// <param name="curve">What the guest writes; null if nothing is known of it, then the remaining bytes are the forecast.</param>
    /// <param name="latenciesSeconds">How long stops have taken, from the decision on; each at least 0.</param>
    public static double BytesAtStop(double remainingBytes, double passSeconds, double bytesPerSecond, DirtyCurve? curve, IReadOnlyList<double> latenciesSeconds)
    {
        if (curve is null || latenciesSeconds.Count == 0 || !(bytesPerSecond > 0))
        {
            return remainingBytes;
        }

        var usual = passSeconds > 0 ? curve.UniqueBytes(passSeconds) : double.NaN;
        var scale = usual > 0 ? Math.Clamp(remainingBytes / usual, 1 / LargestChange, LargestChange) : 1;
        var sum = 0.0;
        foreach (var latency in latenciesSeconds)
        {
            sum += After(latency, remainingBytes, passSeconds > 0 ? passSeconds : 0, bytesPerSecond, t => scale * curve.UniqueBytes(t));
        }

        return sum / latenciesSeconds.Count;
    }

    private static double After(double seconds, double remainingBytes, double passSeconds, double bytesPerSecond, Func<double, double> written)
    {
        var left = seconds;
        var (bytes, window) = (remainingBytes, passSeconds);
        while (true)
        {
            var pass = Math.Max(ShortestPassSeconds, bytes / bytesPerSecond);
            if (left < pass)
            {
                var unsent = Math.Max(0, bytes - (bytesPerSecond * left));
                var both = Math.Max(0, written(window) + written(left) - written(window + left));
                return unsent + written(left) - (both * (bytes > 0 ? unsent / bytes : 0));
            }

            left -= pass;
            (bytes, window) = (written(pass), pass);
        }
    }
}
