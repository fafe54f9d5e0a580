using Planner.Estimators;

namespace Planner.Policies;

/// <summary>Turns what is seen of a pre-copy into decisions: the part that the planner's own rules share.</summary>
/// <remarks>
/// Between syncs the remaining bytes are a guess, so nothing is decided there; when the guess fits, an exact count is asked for. Moments are of two
/// kinds, by the link alone: calm ones, in which it is good and has hardly ever broken down so soon after it recovered, and rough ones. Each
/// kind has its own past blackouts (Mondrian conformal prediction, Vovk, Gammerman and Shafer 2005), so the rare blackout under a breakdown
/// does not widen the bound of moments that are not likely to meet one. A link with a rhythm is foretold: the bytes are then counted as
/// the bytes that it would usually send in the time they will take.
/// </remarks>
public sealed class RuleMoments
{
    /// <summary>The part of the allowed misses that a breakdown of a calm link may take.</summary>
    private const double BreakdownShare = 0.5;

    /// <summary>A blackout is often longer than predicted, and what it begins with is not observed yet.</summary>
    private const double HorizonFactor = 2;

    private readonly LinkWatch _link;
    private readonly LinkRhythm _rhythm = new();
    private readonly double _allowedBreakdowns;
    private readonly WrittenBytesForecast _written = new();
    private MomentEvaluators _evaluators;
    private double _lastElapsedSeconds;

    /// <summary>Makes the moments of one migration.</summary>
    /// <param name="evaluators">What decides.</param>
    /// <param name="link">What other migrations saw of the link.</param>
    public RuleMoments(MomentEvaluators evaluators, IEnumerable<LinkAge> link)
    {
        _evaluators = evaluators;
        _link = new LinkWatch(link);
        _allowedBreakdowns = BreakdownShare * evaluators.All.Sla.AllowedMisses;
    }

    /// <summary>The decision at the last exact count; without a bound before the first.</summary>
    public Decision Last { get; private set; } = new() { BoundSeconds = double.NaN, PredictedSeconds = double.NaN };

    /// <summary>The moment that <see cref="Last"/> is about.</summary>
    public DecisionMoment LastMoment { get; private set; }

    /// <summary>The limit of the blackout in seconds; 0 for none.</summary>
    public double LimitSeconds => _evaluators.All.Sla.BlackoutLimitSeconds ?? 0;

    /// <summary>What decided then; null before the first exact count.</summary>
    public SwitchoverEvaluator? LastEvaluator { get; private set; }

    /// <summary>What this migration saw of the link.</summary>
    public IEnumerable<LinkAge> SeenOfLink => _link.Seen.Ages;

    /// <summary>Whether the last exact count was at a calm moment.</summary>
    public bool LastIsCalm { get; private set; }

    /// <summary>By what factor the transfer at the last exact count was foretold to take longer than usual; 1 on a link without a rhythm.</summary>
    public double LastStretch { get; private set; } = 1;

    /// <summary>The share of the predicted blackout at the last exact count that no memory would take away; in [0, 1].</summary>
    public double ShareWithoutMemory { get; private set; } = 1;

    /// <summary>The exact counts decided on without a finite bound.</summary>
    public int Unbounded { get; private set; }

    /// <summary>Below how many unsent bytes, memory and state together, an exact count is wanted.</summary>
    public double ExactBelowBytes { get; private set; }

    /// <summary>Takes over what decides from now on: more is known than when the migration began.</summary>
    public void Use(MomentEvaluators evaluators) => _evaluators = evaluators;

    /// <summary>Takes the rate of the latest <see cref="LinkWatch.ObservationSeconds"/>.</summary>
    /// <param name="elapsedSeconds">When it was measured, in seconds since the pre-copy began.</param>
    /// <param name="bytesPerSecond">The rate; at least 0.</param>
    /// <param name="isIdle">Whether there was less to send than the link carries: such a rate is no breakdown.</param>
    public void Observe(double elapsedSeconds, double bytesPerSecond, bool isIdle = false)
    {
        _lastElapsedSeconds = elapsedSeconds;
        if (!isIdle)
        {
            _link.Observe(bytesPerSecond);
        }

        _rhythm.Observe(bytesPerSecond);
    }

    /// <summary>Takes a moment.</summary>
    /// <returns>Whether <see cref="Last"/> is about this moment.</returns>
    public bool Decide(in PreCopyMoment moment)
    {
        if (moment.ElapsedSeconds >= _lastElapsedSeconds + LinkWatch.ObservationSeconds * 0.999 && moment.BytesPerSecond > 0)
        {
            Observe(moment.ElapsedSeconds, moment.BytesPerSecond, moment.IsLinkIdle);
        }

        if (!moment.IsSync)
        {
            LookAhead(moment);
            return false;
        }

        _written.Add(moment.RoundSeconds, moment.WrittenBytes);
        var decided = At(moment, moment.RamBytes, out var stretch);
        LastStretch = stretch;
        LastIsCalm = IsCalm(decided);
        LastMoment = decided;
        LastEvaluator = _evaluators.For(LastIsCalm);
        Last = LastEvaluator.Decide(decided);
        ShareWithoutMemory = Last.PredictedSeconds > 0
            ? _evaluators.All.Tables.Median.Seconds(SwitchoverEvaluator.Load(decided with { RamRemainingBytes = 0 })) / Last.PredictedSeconds
            : 1;
        Unbounded += double.IsFinite(Last.BoundSeconds) ? 0 : 1;
        ExactBelowBytes = 0;
        return true;
    }

    /// <summary>Asks for an exact count as soon as what is expected to be left fits.</summary>
    private void LookAhead(in PreCopyMoment moment)
    {
        var decided = At(moment, 0, out _);
        var most = _evaluators.For(IsCalm(decided)).LargestRamBytes(decided);
        var next = moment.SecondsSinceSync + LinkWatch.ObservationSeconds;
        ExactBelowBytes = most > 0 ? Math.Max(0, most - _written.Bytes(next)) + moment.StateBytes : 0;
    }

    private DecisionMoment At(in PreCopyMoment moment, double ramBytes, out double stretch)
    {
        var median = _evaluators.All.Tables.Median;
        var usual = median.SecondsPerByte * (ramBytes + moment.StateBytes);
        var start = moment.ElapsedSeconds - _lastElapsedSeconds + median.ArcsSeconds - median.ArcsAfterCommitSeconds;
        stretch = usual > 0 && start >= 0 ? _rhythm.Stretch(start, usual) : 1;
        var asBytes = stretch * (ramBytes + moment.StateBytes);
        return new DecisionMoment(
            moment.ElapsedSeconds,
            0,
            (long)Math.Ceiling(Math.Max(0, asBytes - moment.StateBytes)),
            (long)Math.Min(moment.StateBytes, asBytes),
            Quiesced: false);
    }

    private bool IsCalm(in DecisionMoment moment)
    {
        var predicted = _evaluators.All.Tables.Median.Seconds(SwitchoverEvaluator.Load(moment));
        return predicted >= 0 && _link.IsCalm(HorizonFactor * predicted, _allowedBreakdowns);
    }
}
