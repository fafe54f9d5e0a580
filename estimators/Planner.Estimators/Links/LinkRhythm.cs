namespace Planner.Estimators;

/// <summary>Finds a short period in the rate of a link, and tells from it how fast the link will be.</summary>
/// <remarks>A link that two parties share in turn repeats itself: the rates of the last periods at the same phase then foretell the next ones (the seasonal
/// naive forecast). A period is believed if repeating it leaves at most a fifth of the variance, over at least four of its lengths, and
    /// half of what the latest rate alone would leave.</remarks>
public sealed class LinkRhythm
{
    private const int Window = 160;
    private const int LongestPeriod = 40;
    private const int Repeats = 4;
    private const double LargestResidual = 0.2;
    private const double WorthAPeriod = 0.5;
    private const double LeastVariation = 0.05;
    private const int ObservationsPerSearch = 25;

    private readonly double[] _rates = new double[Window];
    private int _observed;
    private int _searched;
    private int _period;
    private double _mean;

    /// <summary>Takes the rate of the latest <see cref="LinkWatch.ObservationSeconds"/>.</summary>
    /// <param name="bytesPerSecond">The rate; at least 0.</param>
    public void Observe(double bytesPerSecond) => _rates[_observed++ % Window] = bytesPerSecond;

    /// <summary>How much longer than usual a transfer will take.</summary>
    /// <param name="startSeconds">When it begins, in seconds since the last observation; at least 0.</param>
    /// <param name="usualSeconds">How long it usually takes, in seconds; at least 0.</param>
    /// <returns>The factor; 1 where the link has no rhythm. The mean rate counts as usual.</returns>
    public double Stretch(double startSeconds, double usualSeconds)
    {
        if (_observed >= _searched + ObservationsPerSearch)
        {
            Search();
        }

        if (_period == 0 || !(usualSeconds > 0))
        {
            return 1;
        }

        var (slot, inSlot, left, seconds) = ((int)(startSeconds / LinkWatch.ObservationSeconds), startSeconds % LinkWatch.ObservationSeconds, usualSeconds, 0.0);
        while (true)
        {
            var pace = Foretold(slot) / _mean;
            var room = LinkWatch.ObservationSeconds - inSlot;
            if (left <= pace * room)
            {
                return (seconds + left / pace) / usualSeconds;
            }

            left -= pace * room;
            seconds += room;
            (slot, inSlot) = (slot + 1, 0);
        }
    }

    private double Rate(int back) => _rates[(_observed - 1 - back) % Window];

    /// <summary>The mean of the last repeats at the phase of a slot to come.</summary>
    private double Foretold(int slot)
    {
        var back = _period - 1 - slot % _period;
        var sum = 0.0;
        for (var repeat = 0; repeat < Repeats - 1; repeat++)
        {
            sum += Rate(back + repeat * _period);
        }

        return Math.Max(sum / (Repeats - 1), _mean * 0.01);
    }

    private void Search()
    {
        _searched = _observed;
        _period = 0;
        var known = Math.Min(_observed, Window);
        double sum = 0, squares = 0;
        for (var i = 0; i < known; i++)
        {
            sum += Rate(i);
            squares += Rate(i) * Rate(i);
        }

        _mean = sum / known;
        var variance = squares / known - _mean * _mean;
        if (!(variance > LeastVariation * LeastVariation * _mean * _mean))
        {
            return;
        }

        // After a single breakdown, or on a drift, every short lag leaves little: the latest rate then foretells as well.
        var latest = MeanSquare(known, 1);
        for (var period = 2; period <= Math.Min(LongestPeriod, known / (Repeats + 1)) && _period == 0; period++)
        {
            // Two draws of the same mean differ by twice the variance.
            var error = MeanSquare(known, period);
            if (error <= LargestResidual * 2 * variance && error <= WorthAPeriod * latest)
            {
                _period = period;
            }
        }
    }

    /// <summary>The mean squared difference of rates so many observations apart.</summary>
    private double MeanSquare(int known, int apart)
    {
        var sum = 0.0;
        for (var i = 0; i < known - apart; i++)
        {
            var difference = Rate(i) - Rate(i + apart);
            sum += difference * difference;
        }

        return sum / (known - apart);
    }
}
