namespace Planner.Estimators;

/// <summary>Raises an alarm when scores become larger than those before them by more than chance explains.</summary>
/// <remarks>
/// A conformal test martingale (Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World, 2nd edition, chapter 8): each score gets
/// the conformal p-value p = (1 + number of earlier scores at least as large) / (1 + number of earlier scores), and a gambler who bets e p^(e - 1)
/// on it wins only if large scores come too often. The capital starts at 1; most is held back, and a thousandth of what is left is staked on
/// each score, so that a late change finds capital as well as an early one. By Ville's inequality the capital of an exchangeable series ever
/// reaches 1/d with probability at most d. Ties count against the alarm, which keeps that true without random tie-breaking.
/// The earlier scores are forgotten after <see cref="SegmentLength"/> scores, and segment k may spend d / (k (k + 1)) of the probability: d in all.
/// After an alarm all starts again; the earlier scores are then kept, so from the second alarm on the probability is approximate.
/// </remarks>
public sealed class DriftMartingale
{
    private const int SegmentLength = 4000;
    private const double StakePerScore = 0.001;

    /// <summary>The exponent by which the beginning of a change is traced: it gains on p-values below 0.13.</summary>
    private const double TraceExponent = 0.2;

    private static readonly double LogTraceExponent = Math.Log(TraceExponent);

    /// <summary>From bets on a few extreme scores to bets on a mild shift.</summary>
    private static readonly double[] Exponents = [0.1, 0.3, 0.6];

    private readonly double _falseAlarm;
    private readonly SampleWindow _earlier = new(SegmentLength);
    private readonly double[] _stakes = new double[Exponents.Length];
    private double _reserve = 1;
    private double _trace;
    private int _segment = 1;

    /// <summary>Starts without scores.</summary>
    /// <param name="falseAlarm">The probability d of ever raising an alarm on an exchangeable series; in (0, 1).</param>
    public DriftMartingale(double falseAlarm)
    {
        if (!(falseAlarm > 0 && falseAlarm < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(falseAlarm), falseAlarm, "must be in (0, 1)");
        }

        _falseAlarm = falseAlarm;
    }

    /// <summary>The gambler's capital: the evidence against "nothing has changed"; at least 0.</summary>
    public double Capital { get; private set; } = 1;

    /// <summary>How many of the latest scores look as if they belonged to a change, by a cumulative sum (Page, Biometrika 1954).</summary>
    public int ScoresSinceChange { get; private set; }

    /// <summary>Takes the next score.</summary>
    /// <param name="score">The score; finite.</param>
    /// <returns>Whether this score raises the alarm. <see cref="ScoresSinceChange"/> then says how far back the change began, and the
    /// caller ends the alarm by <see cref="Restart"/>.</returns>
    public bool Update(double score)
    {
        if (_earlier.Count == SegmentLength)
        {
            _earlier.DropOldest(SegmentLength);
            StartCapital();
            _segment++;
        }

        var below = SortedSamples.CountAtMost(_earlier.Sorted, Math.BitDecrement(score));
        var p = (_earlier.Count - below + 1.0) / (_earlier.Count + 1);
        _earlier.AddAt(score, below);
        var logP = Math.Log(p);
        Bet(logP);
        _trace = Math.Max(0, _trace + LogTraceExponent + (TraceExponent - 1) * logP);
        ScoresSinceChange = _trace > 0 ? ScoresSinceChange + 1 : 0;
        return Capital >= _segment * (_segment + 1.0) / _falseAlarm;
    }

    /// <summary>Begins anew after an alarm.</summary>
    /// <param name="withdrawn">How many of the latest scores belong to the change and are not to be compared with; at least 0.</param>
    public void Restart(int withdrawn)
    {
        _earlier.DropLatest(withdrawn);
        StartCapital();
        _segment = 1;
    }

    private void Bet(double logP)
    {
        var stake = StakePerScore * _reserve / _stakes.Length;
        _reserve -= StakePerScore * _reserve;
        Capital = _reserve;
        for (var i = 0; i < _stakes.Length; i++)
        {
            _stakes[i] = (_stakes[i] + stake) * Exponents[i] * Math.Exp((Exponents[i] - 1) * logP);
            Capital += _stakes[i];
        }
    }

    private void StartCapital()
    {
        Array.Clear(_stakes);
        _reserve = 1;
        Capital = 1;
        _trace = 0;
        ScoresSinceChange = 0;
    }
}
