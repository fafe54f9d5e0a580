using Planner.Measurements;

namespace Planner.Policies;

/// <summary>Commits at a moment that fits and than which the time left hardly promises a calmer one.</summary>
/// <remarks>
/// Optimal stopping without recall: the blackouts predicted at the exact counts of this migration stand for those to come, and each further count
/// costs its waiting. With k counts left the reservation value is v_k = E[min(X, v_{k-1} + c)] (DeGroot, Optimal Statistical Decisions,
/// chapter 13), where X is the blackout predicted at a count, infinite where the bound does not fit, and c the cost of waiting for one; the
/// guest is stopped as soon as the prediction is at most v + c, or hardly more. The value rises as the end of the time comes in sight.
/// Where the guest writes in a rhythm, the next lull is waited for if the memory it saves is worth it.
/// A machine whose moments are all alike is stopped at the third count. No wait is longer than a tenth of the time that it took until a moment fitted,
/// or a second: calm is bought with at most that much of the migration's length.
/// </remarks>
internal sealed class CalmestRule : IPlannerRule
{
    /// <summary>Blackout that a second of further pre-copy is worth, in seconds: what 5 ms of standing still would be.</summary>
    public const double WaitingCostPerSecond = 0.005;

    /// <summary>The longest wait for a calmer moment, as a share of the time until a moment first fitted.</summary>
    public const double LongestWaitShare = 0.1;

    /// <summary>What may be waited however soon a moment fitted, in seconds.</summary>
    public const double ShortWaitSeconds = 1;

    /// <summary>Moments that differ by less than this share of the limit count as alike: between the decision and the stop a guest changes by more.</summary>
    public const double AlikeShareOfLimit = 0.05;

    private const int FewestCounts = 3;
    private const double StillFalling = 0.97;
    private const int LatestCounts = 128;

    /// <summary>So far the future resembles the past; what is further away is not counted on.</summary>
    private const int FarthestCounts = 256;

    private readonly RuleMoments _moments;
    private readonly double _withinSeconds;
    private readonly LullForecast _lulls = new();
    private readonly double[] _predicted = new double[LatestCounts];
    private int _counts;
    private bool _isDescending;
    private double _intervalSeconds;
    private double _lastElapsedSeconds;
    private double _lastPredicted;
    private double _fittedSeconds = double.PositiveInfinity;

    /// <summary>Makes a rule for one migration.</summary>
    /// <param name="moments">What is known before the migration.</param>
    /// <param name="withinSeconds">The time in which the migration must be over, in seconds; infinity for no limit.</param>
    public CalmestRule(RuleMoments moments, double withinSeconds)
    {
        _moments = moments;
        _withinSeconds = withinSeconds;
    }

    /// <inheritdoc/>
    public string Name => "calmest";

    /// <inheritdoc/>
    public RuleMoments Moments => _moments;

    /// <inheritdoc/>
    public SwitchoverAction Consider(in PreCopyMoment moment)
    {
        if (!_moments.Decide(moment))
        {
            return SwitchoverAction.Wait;
        }

        _lulls.Add(moment);
        if (_moments.Last.Verdict == Verdict.Abort)
        {
            return SwitchoverAction.Abort;
        }

        var fits = _moments.Last.Verdict == Verdict.Commit;
        Note(moment.ElapsedSeconds, fits);
        return fits && IsWorthTaking(moment.ElapsedSeconds) ? SwitchoverAction.Commit : SwitchoverAction.Wait;
    }

    private void Note(double elapsedSeconds, bool fits)
    {
        // As long as every round is clearly smaller than the one before, pre-copy has not come to its floor and tells nothing of it.
        _isDescending = _counts == 0 || (_isDescending && !(_moments.Last.P50Seconds >= StillFalling * _lastPredicted));
        _lastPredicted = _moments.Last.P50Seconds;

        // Rounds grow shorter as pre-copy comes to its floor: the next counts come as fast as the last.
        _intervalSeconds = _counts == 0 ? 0 : elapsedSeconds - _lastElapsedSeconds;
        _lastElapsedSeconds = elapsedSeconds;
        _fittedSeconds = fits ? Math.Min(_fittedSeconds, elapsedSeconds) : _fittedSeconds;
        _predicted[_counts++ % LatestCounts] = fits ? _moments.Last.P50Seconds : double.PositiveInfinity;
    }

    private bool IsWorthTaking(double elapsedSeconds)
    {
        var left = Math.Min(_withinSeconds - _moments.Last.BoundSeconds, _fittedSeconds + Math.Max(ShortWaitSeconds, LongestWaitShare * _fittedSeconds)) - elapsedSeconds;
        var ahead = _intervalSeconds > 0 ? (int)Math.Min(FarthestCounts, left / _intervalSeconds) : FarthestCounts;
        if (ahead < 1)
        {
            return true;
        }

        return _counts >= FewestCounts && !(_isDescending && ahead > 1) && !IsLullComing(elapsedSeconds, left)
            && _moments.Last.P50Seconds <= ReservationValue(ahead, _intervalSeconds * WaitingCostPerSecond) + (AlikeShareOfLimit * _moments.LimitSeconds);
    }

    /// <summary>Whether the guest will soon write so much less that the memory saved is worth the wait.</summary>
    private bool IsLullComing(double elapsedSeconds, double leftSeconds)
    {
        if (_lulls.Next(elapsedSeconds) is not { } lull || lull.Seconds >= leftSeconds)
        {
            return false;
        }

        var memory = _moments.Last.P50Seconds * (1 - _moments.ShareWithoutMemory);
        return memory * (1 - lull.Share) > lull.Seconds * WaitingCostPerSecond;
    }

    /// <summary>What going on is worth with so many counts ahead.</summary>
    private double ReservationValue(int ahead, double cost)
    {
        var known = _predicted.AsSpan(0, Math.Min(_counts, LatestCounts));

        // The last count would be taken whatever it is, as long as it fits.
        var value = LargestFitting(known);
        for (var k = 0; k < ahead; k++)
        {
            var sum = 0.0;
            foreach (var predicted in known)
            {
                sum += Math.Min(predicted, value);
            }

            var next = sum / known.Length + cost;
            if (next >= value)
            {
                break;
            }

            value = next;
        }

        return value;
    }

    private static double LargestFitting(ReadOnlySpan<double> known)
    {
        var largest = 0.0;
        foreach (var predicted in known)
        {
            largest = double.IsFinite(predicted) ? Math.Max(largest, predicted) : largest;
        }

        return largest;
    }
}
