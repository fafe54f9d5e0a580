using Planner.Estimators;

namespace Planner.Policies;

/// <summary>Turns what is seen of a pre-copy into decisions: the part that the planner's own rules share.</summary>
/// <remarks>
/// Between syncs the remaining bytes are a guess, so nothing is decided there; when the guess fits, an exact count is asked for. Moments are of two
/// kinds, by the link alone: calm ones, in which it is good and has hardly ever broken down so soon after it recovered, and the others. Each
/// kind has its own past blackouts (Mondrian conformal prediction, Vovk, Gammerman and Shafer 2005), so the rare blackout under a breakdown
/// does not widen the bound of moments that are not likely to meet one.
/// </remarks>
public sealed class RuleMoments
{
    /// <summary>The part of the allowed misses that a breakdown of a calm link may take.</summary>
    private const double BreakdownShare = 0.25;

    private readonly SwitchoverEvaluator _always;
    private readonly SwitchoverEvaluator _calm;
    private readonly LinkWatch _link;
    private readonly double _allowedBreakdowns;
    private readonly WrittenBytesForecast _written = new();
    private double _lastElapsedSeconds;

    /// <summary>Makes the moments of one migration.</summary>
    /// <param name="always">Decides on the past blackouts of all moments.</param>
    /// <param name="calm">Decides on the past blackouts of calm moments.</param>
    /// <param name="link">What is known of the link.</param>
    public RuleMoments(SwitchoverEvaluator always, SwitchoverEvaluator calm, LinkLifeTable link)
    {
        _always = always;
        _calm = calm;
        _link = new LinkWatch(link);
        _allowedBreakdowns = BreakdownShare * always.Prepared.AllowedMisses;
    }

    /// <summary>The decision at the last exact count; without a bound before the first.</summary>
    public Decision Last { get; private set; } = new() { BoundSeconds = double.NaN, PredictedSeconds = double.NaN };

    /// <summary>Whether the last exact count was at a calm moment.</summary>
    public bool LastIsCalm { get; private set; }

    /// <summary>The exact counts decided on.</summary>
    public int Decisions { get; private set; }

    /// <summary>Those of them without a finite bound.</summary>
    public int Unbounded { get; private set; }

    /// <summary>Below how many unsent bytes, memory and state together, an exact count is wanted.</summary>
    public double ExactBelowBytes { get; private set; }

    /// <summary>Takes the rate of the latest <see cref="LinkWatch.ObservationSeconds"/>.</summary>
    /// <param name="bytesPerSecond">The rate; at least 0.</param>
    public void Observe(double bytesPerSecond) => _link.Observe(bytesPerSecond);

    /// <summary>Takes a moment.</summary>
    /// <returns>Whether <see cref="Last"/> is about this moment.</returns>
    public bool Decide(in PreCopyMoment moment)
    {
        if (moment.ElapsedSeconds >= _lastElapsedSeconds + LinkWatch.ObservationSeconds * 0.999 && moment.BytesPerSecond > 0)
        {
            Observe(moment.BytesPerSecond);
            _lastElapsedSeconds = moment.ElapsedSeconds;
        }

        var decided = new DecisionMoment(moment.ElapsedSeconds, 0, (long)Math.Ceiling(moment.RamBytes), (long)moment.StateBytes, Quiesced: false);
        if (!moment.IsSync)
        {
            LookAhead(moment, decided);
            return false;
        }

        _written.Add(moment.RoundSeconds, moment.WrittenBytes);
        LastIsCalm = IsCalm(decided);
        Last = (LastIsCalm ? _calm : _always).Decide(decided);
        Decisions++;
        Unbounded += double.IsFinite(Last.BoundSeconds) ? 0 : 1;
        ExactBelowBytes = 0;
        return true;
    }

    /// <summary>Asks for an exact count as soon as what is expected to be left fits.</summary>
    private void LookAhead(in PreCopyMoment moment, in DecisionMoment decided)
    {
        var most = (IsCalm(decided with { RamRemainingBytes = 0 }) ? _calm : _always).LargestRamBytes(decided);
        var next = moment.SecondsSinceSync + LinkWatch.ObservationSeconds;
        ExactBelowBytes = most > 0 ? Math.Max(0, most - _written.Bytes(next)) + moment.StateBytes : 0;
    }

    private bool IsCalm(in DecisionMoment moment)
    {
        var predicted = _calm.Tables.Median.Seconds(SwitchoverEvaluator.Load(moment));
        return predicted >= 0 && _link.IsCalm(predicted, _allowedBreakdowns);
    }
}
