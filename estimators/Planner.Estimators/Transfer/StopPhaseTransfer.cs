namespace Planner.Estimators;

/// <summary>Learns how long the stop phase of one link takes: a fixed part and seconds per byte, from past stop phases.</summary>
/// <remarks>
/// The rate of pre-copy is no measure of the stop phase, a cap is often lifted there, and nothing stands in for it. Both parts are medians, so that a single slow stop phase
/// moves nothing: the fixed part is the median of nearly empty stop phases, or else the intercept of the Theil-Sen line (Sen, Estimates of the
/// regression coefficient based on Kendall's tau, 1968) where sizes differ by a factor of two or more. Where they do not, no line can be told
/// from another, the fixed part is 0 and all goes to the bytes, which understates smaller transfers. Fits when asked, not when told.
/// Not for use by several threads at once.
/// </remarks>
public sealed class StopPhaseTransfer
{
    /// <summary>The latest stop phases that are kept.</summary>
    public const int Capacity = 256;

    private const double NearlyEmptyShare = 0.01;
    private const double SpreadForLine = 2;

    private readonly Queue<(double Bytes, double Seconds)> _samples = new(Capacity);
    private bool _isFitted;
    private double _fixedSeconds;
    private double _secondsPerByte;
    private FixedPartSource _fixedPart;
    private double[] _fixedSamples = [];
    private double[] _rateSamples = [];

    /// <summary>The stop phases that are known.</summary>
    public int Count => _samples.Count;

    /// <summary>The fixed part in seconds; NaN without stop phases.</summary>
    public double FixedSeconds => Fitted()._fixedSeconds;

    /// <summary>The inverse rate of the rest in seconds per byte; NaN without stop phases that carried something.</summary>
    public double SecondsPerByte => Fitted()._secondsPerByte;

    /// <summary>Where the fixed part was learned from.</summary>
    public FixedPartSource FixedPart => Fitted()._fixedPart;

    /// <summary>Samples of the fixed part in seconds, oldest first, for the bounds of a decision; a single 0 where it is unknown.</summary>
    public IReadOnlyList<double> FixedSamples => Fitted()._fixedSamples;

    /// <summary>Samples of the rate in bytes per second, oldest first, for the bounds of a decision.</summary>
    public IReadOnlyList<double> RateSamples => Fitted()._rateSamples;

    /// <summary>Learns from a stop phase.</summary>
    /// <param name="bytes">What it carried; at least 0.</param>
    /// <param name="seconds">How long it took; above 0.</param>
    public void Add(double bytes, double seconds)
    {
        if (!(bytes >= 0 && double.IsFinite(bytes)))
        {
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "must be a finite number of at least 0");
        }

        if (!(seconds > 0 && double.IsFinite(seconds)))
        {
            throw new ArgumentOutOfRangeException(nameof(seconds), seconds, "must be a finite number above 0");
        }

        if (_samples.Count == Capacity)
        {
            _samples.Dequeue();
        }

        _samples.Enqueue((bytes, seconds));
        _isFitted = false;
    }

    /// <summary>Predicts a transfer, in seconds: the median; NaN while no stop phase that carried bytes has been seen on this link.</summary>
    /// <param name="bytes">What it will carry; at least 0.</param>
    public double PredictSeconds(double bytes)
    {
        Fitted();
        return _fixedSeconds + _secondsPerByte * bytes;
    }

    private StopPhaseTransfer Fitted()
    {
        if (!_isFitted)
        {
            Fit([.. _samples]);
            _isFitted = true;
        }

        return this;
    }

    private void Fit((double Bytes, double Seconds)[] samples)
    {
        var most = samples.Length > 0 ? samples.Max(s => s.Bytes) : 0;
        var empty = samples.Where(s => s.Bytes <= NearlyEmptyShare * most || most == 0).ToArray();
        var full = samples.Where(s => s.Bytes > NearlyEmptyShare * most).ToArray();
        var shortest = full.Length > 0 ? full.Min(s => s.Seconds) : double.PositiveInfinity;
        if (empty.Length > 0)
        {
            _fixedPart = FixedPartSource.EmptyStopPhases;
            _fixedSamples = [.. empty.Select(s => s.Seconds)];

            // Slower than a full one: then it was something else that made the empty ones slow.
            _fixedSeconds = Math.Min(Samples.Of(_fixedSamples).Median, shortest);
        }
        else if (full.Length > 1 && most >= SpreadForLine * full.Min(s => s.Bytes))
        {
            _fixedPart = FixedPartSource.Line;
            var slope = Math.Max(0, Samples.Of(Slopes(full)).Median);
            _fixedSamples = [.. full.Select(s => Math.Max(0, s.Seconds - slope * s.Bytes))];
            _fixedSeconds = Math.Min(Samples.Of(_fixedSamples).Median, shortest);
        }
        else
        {
            _fixedPart = FixedPartSource.Unknown;
            _fixedSeconds = full.Length > 0 ? 0 : double.NaN;
            _fixedSamples = full.Length > 0 ? [0] : [];
        }

        // A rate must be above 0 and finite: what is left of a fast stop phase is at least a hundredth of it.
        _rateSamples = [.. full.Select(s => s.Bytes / Math.Max(s.Seconds - _fixedSeconds, 0.01 * s.Seconds))];
        _secondsPerByte = full.Length > 0 ? Samples.Of(_rateSamples.Select(r => 1 / r)).Median : double.NaN;
    }

    private static double[] Slopes((double Bytes, double Seconds)[] samples)
    {
        var slopes = new List<double>(samples.Length * (samples.Length - 1) / 2);
        for (var i = 1; i < samples.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (samples[i].Bytes != samples[j].Bytes)
                {
                    slopes.Add((samples[i].Seconds - samples[j].Seconds) / (samples[i].Bytes - samples[j].Bytes));
                }
            }
        }

        return [.. slopes];
    }
}
