using Planner.Estimators;

namespace Planner.Policies;

/// <summary>Tells from the rounds of a pre-copy when the guest will next write little.</summary>
/// <remarks>Rounds differ in length, and the rhythm wants even steps: each step gets the mean rate of the round that it lies in. Rounds longer than
/// <see cref="LongestRoundSeconds"/> smear any pattern and are left out.</remarks>
internal sealed class LullForecast
{
    private const double StepSeconds = 0.25;
    private const double LongestRoundSeconds = 2;
    private const int StepsPerSearch = 8;

    private readonly DirtyRhythm _rhythm = new(StepSeconds);
    private double _fromSeconds = double.NaN;
    private int _steps;
    private int _searchedAt;
    private double _foundSeconds;
    private DirtyCycle? _cycle;

    /// <summary>Takes a round that has just ended.</summary>
    /// <param name="moment">The sync that ended it.</param>
    public void Add(in PreCopyMoment moment)
    {
        if (!(moment.RoundSeconds is > 0 and <= LongestRoundSeconds && moment.WrittenBytes >= 0))
        {
            return;
        }

        _fromSeconds = double.IsNaN(_fromSeconds) ? moment.ElapsedSeconds - moment.RoundSeconds : _fromSeconds;
        var rate = moment.WrittenBytes / moment.RoundSeconds;
        for (; _fromSeconds + StepSeconds <= moment.ElapsedSeconds; _fromSeconds += StepSeconds)
        {
            _rhythm.Add(rate);
            _steps++;
        }
    }

    /// <summary>How long it is until the next lull, and what share of the busy rate is written in it.</summary>
    /// <param name="elapsedSeconds">Now, in seconds since the pre-copy began.</param>
    /// <returns>Null if there is no significant rhythm, or if a lull is on.</returns>
    public (double Seconds, double Share)? Next(double elapsedSeconds)
    {
        if (_steps >= _searchedAt + StepsPerSearch)
        {
            (_searchedAt, _foundSeconds, _cycle) = (_steps, elapsedSeconds, _rhythm.Find());
        }

        if (_cycle is not { BusyBytesPerSecond: > 0 } cycle)
        {
            return null;
        }

        // Since the search some periods may have passed.
        var since = elapsedSeconds - _foundSeconds;
        var begins = cycle.LullBeginsInSeconds - since;
        var ends = cycle.LullEndsInSeconds - since;
        while (ends < 0)
        {
            (begins, ends) = (begins + cycle.PeriodSeconds, ends + cycle.PeriodSeconds);
        }

        return begins > 0 ? (begins, cycle.LullBytesPerSecond / cycle.BusyBytesPerSecond) : null;
    }
}
