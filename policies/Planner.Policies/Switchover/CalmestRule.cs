using Planner.Measurements;

namespace Planner.Policies;

/// <summary>Commits at a moment that fits and than which the time left hardly promises a calmer one.</summary>
/// <remarks>
/// Optimal stopping with recall of nothing: the blackouts predicted at the exact counts of this migration stand for those to come, and each further count
/// costs its waiting. With k counts left the reservation value is v_k = E[min(X, v_{k-1} + c)] (DeGroot, Optimal Statistical Decisions,
/// chapter 13), where X is the blackout predicted at a count, infinite where the bound does not fit, and c the cost of waiting for one; the
/// guest is stopped as soon as the prediction is at most v + c. The value rises as the end of the time comes in sight.
/// A machine whose moments are all alike is stopped at the third count.
/// </remarks>
public sealed class CalmestRule : IPlannerRule
{
    /// <summary>Blackout that a second of further pre-copy is worth, in seconds: what 0.2 ms of standing still would be.</summary>
    public const double WaitingCostPerSecond = 0.0002;

    private const int FewestCounts = 3;
    private const int LatestCounts = 128;

    /// <summary>So far the future resembles the past; what is further away is not counted on.</summary>
    private const int FarthestCounts = 256;

    private readonly RuleMoments _moments;
    private readonly double _withinSeconds;
    private readonly double[] _predicted = new double[LatestCounts];
    private int _counts;
    private double _firstSeconds;

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
    public double ExactBelowBytes => _moments.ExactBelowBytes;

    /// <inheritdoc/>
    public Decision Last => _moments.Last;

    /// <inheritdoc/>
    public bool LastIsCalm => _moments.LastIsCalm;

    /// <inheritdoc/>
    public int Unbounded => _moments.Unbounded;

    /// <inheritdoc/>
    public SwitchoverAction Consider(in PreCopyMoment moment)
    {
        if (!_moments.Decide(moment))
        {
            return SwitchoverAction.Wait;
        }

        if (Last.Verdict == Verdict.Abort)
        {
            return SwitchoverAction.Abort;
        }

        var fits = Last.Verdict == Verdict.Commit;
        Note(moment.ElapsedSeconds, fits ? Last.P50Seconds : double.PositiveInfinity);
        return fits && IsWorthTaking(moment.ElapsedSeconds) ? SwitchoverAction.Commit : SwitchoverAction.Wait;
    }

    private void Note(double elapsedSeconds, double predictedSeconds)
    {
        if (_counts == 0)
        {
            _firstSeconds = elapsedSeconds;
        }

        _predicted[_counts++ % LatestCounts] = predictedSeconds;
    }

    private bool IsWorthTaking(double elapsedSeconds)
    {
        var interval = _counts > 1 ? (elapsedSeconds - _firstSeconds) / (_counts - 1) : 0;
        var left = _withinSeconds - elapsedSeconds - Last.BoundSeconds;
        var ahead = interval > 0 ? (int)Math.Min(FarthestCounts, left / interval) : FarthestCounts;
        if (ahead < 1)
        {
            return true;
        }

        return _counts >= FewestCounts && Last.P50Seconds <= ReservationValue(ahead, interval * WaitingCostPerSecond);
    }

    /// <summary>What going on is worth with so many counts ahead; infinite while no count fits.</summary>
    private double ReservationValue(int ahead, double cost)
    {
        var known = _predicted.AsSpan(0, Math.Min(_counts, LatestCounts));
        var value = double.PositiveInfinity;
        for (var k = 0; k < ahead; k++)
        {
            var sum = 0.0;
            foreach (var predicted in known)
            {
                sum += Math.Min(predicted, value);
            }

            // The last count that fits has to be taken; one that does not fit ends the migration without a move.
            var mean = sum / known.Length + cost;
            var next = double.IsInfinity(mean) ? LargestFitting(known) : mean;
            if (!(next < value))
            {
                break;
            }

            value = next;
        }

        return value;
    }

    private static double LargestFitting(ReadOnlySpan<double> known)
    {
        var largest = double.NegativeInfinity;
        foreach (var predicted in known)
        {
            largest = double.IsFinite(predicted) ? Math.Max(largest, predicted) : largest;
        }

        return largest > double.NegativeInfinity ? largest : double.PositiveInfinity;
    }
}
