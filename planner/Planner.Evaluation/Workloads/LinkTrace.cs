using Planner.Estimators;

namespace Planner.Evaluation;

/// <summary>The rates that a link gives to one migration, slot by slot of <see cref="LinkWorkload.SlotSeconds"/>. What is drawn depends on the
/// seed alone, so every rule sees the same link.</summary>
internal sealed class LinkTrace
{
    // A link that is slower than this share of its mean is no longer jitter.
    private const double LowestFactor = 0.05;

    // No migration may take as long; a transfer of years would only fill the memory with rates.
    private const double LongestStopPhaseSeconds = 3600;

    private readonly LinkWorkload _link;
    private readonly double _offsetSeconds;
    private readonly List<double> _rates = [];
    private readonly List<double> _stopRates = [];
    private SeededStream _draws;
    private SeededStream _stopDraws;

    /// <summary>Makes a trace.</summary>
    /// <param name="link">The link.</param>
    /// <param name="draws">Draws for the offset of the pattern and the rates of pre-copy.</param>
    /// <param name="stopDraws">Draws for the rates of the stop phase.</param>
    public LinkTrace(LinkWorkload link, SeededStream draws, SeededStream stopDraws)
    {
        _link = link;
        _offsetSeconds = draws.NextOpenUnit() * link.PatternSeconds;
        _draws = draws;
        _stopDraws = stopDraws;
    }

    /// <summary>The rate in a slot of pre-copy, in bytes per second.</summary>
    /// <param name="slot">The slot since the migration began; at least 0.</param>
    public double Rate(int slot)
    {
        while (_rates.Count <= slot)
        {
            _rates.Add(MeanRate(_rates.Count * LinkWorkload.SlotSeconds + _offsetSeconds) * Factor(ref _draws, _link.Jitter));
        }

        return _rates[slot];
    }

    /// <summary>How long the stop phase takes to send some bytes.</summary>
    /// <param name="startSeconds">When it begins to send, since the migration began.</param>
    /// <param name="bytes">What it sends; at least 0.</param>
    /// <returns>Seconds; infinity for more than an hour.</returns>
    public double StopPhaseSeconds(double startSeconds, double bytes)
    {
        // A lifted cap draws from its own process, which begins with the stop phase.
        var seconds = _link.StopPhaseBytesPerSecond is null ? startSeconds : 0;
        var began = seconds;
        while (seconds - began < LongestStopPhaseSeconds)
        {
            var slot = (int)Math.Floor(seconds / LinkWorkload.SlotSeconds + 1e-9);
            var rate = _link.StopPhaseBytesPerSecond is null ? Rate(slot) : StopRate(slot);
            var left = (slot + 1) * LinkWorkload.SlotSeconds - seconds;
            if (bytes <= rate * left)
            {
                return seconds + bytes / rate - began;
            }

            bytes -= rate * left;
            seconds += left;
        }

        return double.PositiveInfinity;
    }

    private double StopRate(int slot)
    {
        while (_stopRates.Count <= slot)
        {
            _stopRates.Add(_link.StopPhaseBytesPerSecond!.Value * Factor(ref _stopDraws, _link.StopPhaseJitter));
        }

        return _stopRates[slot];
    }

    private double MeanRate(double seconds)
    {
        var level = _link.Levels.Count == 1 ? 0 : (int)(seconds / _link.DwellSeconds) % _link.Levels.Count;
        var isDip = _link.Dips is { } dips && seconds % dips.EverySeconds < dips.ForSeconds;
        return _link.Levels[level] * (isDip ? _link.Dips!.Share : 1);
    }

    private static double Factor(ref SeededStream draws, double jitter) =>
        jitter > 0 ? Math.Max(LowestFactor, 1 + jitter * draws.NextNormal()) : 1;
}
