namespace Planner.Estimators;

/// <summary>What a running pre-copy has shown of how many bytes are written in a time, for a quick look ahead between dirty syncs.</summary>
/// <remarks>
/// One value for every half octave of window lengths, the latest one, and straight lines in between. What is written at random saturates, so
/// the lines lie at or below the truth; they say when an exact count is worth while, and never carry a commit. <see cref="DirtyCurve"/> is
/// the careful fit of the same quantity.
/// </remarks>
public sealed class WrittenBytesForecast
{
    private const int BinsPerOctave = 2;
    private const double ShortestSeconds = 0.01;
    private const int Bins = 48;

    private readonly double[] _seconds = new double[Bins];
    private readonly double[] _bytes = new double[Bins];

    /// <summary>Takes what a dirty sync found.</summary>
    /// <param name="windowSeconds">The time since the sync before it; nothing is learned from one that is not above 0.</param>
    /// <param name="writtenBytes">What was written in it, in bytes; nothing is learned from NaN.</param>
    public void Add(double windowSeconds, double writtenBytes)
    {
        if (windowSeconds > 0 && writtenBytes >= 0)
        {
            var bin = Math.Clamp((int)(BinsPerOctave * Math.Log2(windowSeconds / ShortestSeconds)), 0, Bins - 1);
            _seconds[bin] = windowSeconds;
            _bytes[bin] = writtenBytes;
        }
    }

    /// <summary>The bytes expected to be written in a time.</summary>
    /// <param name="seconds">The time since the last sync; at least 0.</param>
    /// <returns>0 as long as nothing was learned.</returns>
    public double Bytes(double seconds)
    {
        double fromSeconds = 0, fromBytes = 0;
        for (var bin = 0; bin < Bins; bin++)
        {
            if (_seconds[bin] == 0)
            {
                continue;
            }

            if (_seconds[bin] >= seconds)
            {
                return fromBytes + (_bytes[bin] - fromBytes) * (seconds - fromSeconds) / (_seconds[bin] - fromSeconds);
            }

            (fromSeconds, fromBytes) = (_seconds[bin], _bytes[bin]);
        }

        return fromSeconds > 0 ? fromBytes * seconds / fromSeconds : 0;
    }
}
