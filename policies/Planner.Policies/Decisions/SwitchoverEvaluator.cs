using Planner.Estimators;
using Planner.Measurements;

namespace Planner.Policies;

/// <summary>A snapshot made ready: tables are built once, and then every evaluation is a few look-ups without allocation.</summary>
/// <remarks>
/// What carries a commit is fixed by the numbers of samples, in this order: past blackouts of the class (<c>direct</c>), bounds of all terms
/// (<c>union</c>), and with neither what the policy says for too little evidence. Taking the smallest of several bounds would break them all.
/// </remarks>
public sealed class SwitchoverEvaluator
{
    // QEMU and its like look at a pre-copy round every 100 ms at the most; nothing can be dirtied and sent in less.
    private const double ShortestRoundSeconds = 0.1;
    private const double SoonestEvaluationSeconds = 0.05;
    private const double LatestEvaluationSeconds = 5;
    private const double UsualEvaluationSeconds = 1;

    private readonly (ScoreChoice Whole, ScoreChoice AfterQuiesce) _scores;
    private readonly CommitBound? _carrier;
    private readonly CommitBound? _carrierAfterQuiesce;
    private readonly (int Line, double Seconds) _longestArc;
    private readonly (int Line, double Seconds) _longestArcAfterQuiesce;
    private readonly (int Line, double Seconds) _longestWork;
    private readonly int _quiesceLines;
    private readonly int _fixedLine;
    private readonly int _largestStateLine;
    private readonly double _largestStateShare;
    private readonly double _slowestBytesPerSecond;
    private readonly Lazy<double> _reachableFloorBytes;
    private readonly double _guessSeconds;

    internal SwitchoverEvaluator(
        DecisionSnapshot snapshot, PreparedSnapshot prepared, (ScoreChoice Whole, ScoreChoice AfterQuiesce) scores, BlackoutTables tables, Lazy<DirtyCurve?> dirtyCurve)
    {
        _scores = scores;
        Snapshot = snapshot;
        Prepared = prepared;
        Tables = tables;
        Sla = snapshot.Sla ?? new SlaTerms();
        IsComplete = prepared.Missing.Count == 0 && tables.IsComplete;
        SizeBeyondEvidence = SizeBeyondEvidence.Find(snapshot, prepared.Names);
        _guessSeconds = Guess?.P50Seconds ?? double.NaN;
        _carrier = ChooseCarrier(tables.Scores);
        _carrierAfterQuiesce = ChooseCarrier(tables.ScoresAfterQuiesce);

        _quiesceLines = prepared.Lines.Count(l => l.IsQuiesce);
        _longestArc = LongestArc(0);
        _longestArcAfterQuiesce = LongestArc(_quiesceLines);
        _fixedLine = prepared.Lines.FindIndex(l => l.Kind == DecisionLineKind.TransferFixed);
        _longestWork = LongestWork();
        if (prepared.StateShares.Count > 0)
        {
            _largestStateShare = prepared.StateShares.Max();
            _largestStateLine = prepared.Lines.FindIndex(l => l.Kind == DecisionLineKind.TransferState && prepared.StateShares[l.Device] == _largestStateShare);
        }

        _slowestBytesPerSecond = 1 / tables.Terms[prepared.RateTerm].Largest;
        _reachableFloorBytes = new(() => _slowestBytesPerSecond > 0 ? dirtyCurve.Value?.ReachableFloorBytes(_slowestBytesPerSecond) ?? double.NaN : double.NaN);
        if (Sla.DirtyRateFloorBytesPerSecond is not null)
        {
            // Decisions look at it, and none of them waits for a curve.
            _ = _reachableFloorBytes.Value;
        }

        Moment = new DecisionMoment(
            Sla.ElapsedSeconds,
            Sla.PausedSeconds,
            snapshot.Ram?.RemainingBytes ?? 0,
            // The rules limit the sum.
            snapshot.Devices.Sum(d => d.StateBytes ?? 0),
            PreparedSnapshot.IsQuiesced(snapshot));
    }

    /// <summary>The snapshot the tables were built from.</summary>
    public DecisionSnapshot Snapshot { get; }

    /// <summary>The moment that the snapshot itself describes.</summary>
    public DecisionMoment Moment { get; }

    internal PreparedSnapshot Prepared { get; }

    internal BlackoutTables Tables { get; }

    internal SlaTerms Sla { get; }

    /// <summary>A device whose state is of another size than all evidence; null if there is none.</summary>
    internal SizeBeyondEvidence? SizeBeyondEvidence { get; }

    /// <summary>Whether a sum of bounds of terms may carry a commit, if there are samples enough.</summary>
    internal bool TermsMayCarry => Snapshot is { WholeOnly: false, TermsOfLikeMachines: false };

    /// <summary>What keeps evidence that is enough from carrying a commit: a state of another size than all of it; null if nothing does.</summary>
    internal SizeBeyondEvidence? EvidenceEndedBy(bool quiesced) =>
        Scores(quiesced).IsSupported || (TermsMayCarry && Tables.IsUnionSupported) ? SizeBeyondEvidence : null;

    /// <summary>Whether nothing is missing that a prediction needs.</summary>
    internal bool IsComplete { get; }

    /// <summary>The first guess, while samples of a term are missing altogether; otherwise null. It is of the whole blackout and of the snapshot's
    /// load, and stands for what is left at gate 2 as well: that is less.</summary>
    internal FirstGuess? Guess => IsComplete ? null : Prepared.Guess;

    /// <summary>Builds the tables for a decision or two: a part of them is made when it is first asked for. Who decides inside a switchover uses an <see cref="EvaluatorBuilder"/>.</summary>
    /// <exception cref="InvalidSnapshotException">A value in the snapshot is impossible.</exception>
    public static SwitchoverEvaluator Prepare(DecisionSnapshot snapshot) => new EvaluatorBuilder().Begin(snapshot);

    /// <summary>Decides. Allocates nothing once the tables are whole.</summary>
    public Decision Decide(in DecisionMoment moment)
    {
        var load = Load(moment);
        var carrier = Carrier(moment.Quiesced);
        var predicted = IsComplete ? Tables.Median.Seconds(load) : double.NaN;
        var bound = carrier is null ? double.NaN : carrier.Seconds(load) + moment.PausedSeconds;
        var p50 = MedianSeconds(moment, load, predicted);
        var lastSafe = LastSafeCommit(moment, double.IsNaN(bound) ? p50 : bound);
        var (verdict, dirtyRateLimit) = Judge(moment, load, carrier, bound, lastSafe >= 0 ? lastSafe : LastChance(moment, carrier, lastSafe));
        return new Decision
        {
            Verdict = verdict,
            Method = carrier?.Method,
            IsRecalibrating = carrier?.Method == BoundMethod.Direct && Scores(moment.Quiesced).IsRecalibrating,
            PredictedSeconds = predicted,
            P50Seconds = p50,
            BoundSeconds = bound,
            MissProbability = MissProbability(moment, load, carrier, predicted),
            DominantTerm = DominantLine(moment),
            DirtyRateLimitBytesPerSecond = dirtyRateLimit,
            NextEvaluationSeconds = NextEvaluation(verdict, moment, carrier, lastSafe),
            LastSafeCommitSeconds = lastSafe,
        };
    }

    /// <summary>The most memory with which the bound fits what is promised at a moment, in bytes; NaN if there is no bound, below 0 if not even
    /// none would do.</summary>
    public double LargestRamBytes(in DecisionMoment moment) =>
        Carrier(moment.Quiesced)?.RamBytesFor(Load(moment), TargetSeconds(moment) - moment.PausedSeconds) ?? double.NaN;

    /// <summary>The bound of everything that follows the arcs past the commit point (transfer, destination), in seconds: what has to be
    /// kept free behind a device's deadline. NaN if there is no bound.</summary>
    /// <remarks>The claim that the limit is kept belongs to the bound of the whole blackout. Under <c>direct</c> and <c>independent</c> this
    /// is the share of that bound which the prediction gives to what follows.</remarks>
    public double BoundAfterCommitArcsSeconds(in DecisionMoment moment) =>
        Carrier(moment.Quiesced)?.SecondsAfterCommit(Load(moment)) ?? double.NaN;

    /// <summary>Puts a decision into words, with its terms and what would make a commit possible.</summary>
    /// <param name="decision">What <see cref="Decide"/> returned for the moment.</param>
    /// <param name="moment">The moment.</param>
    public ExplainedDecision Explain(in Decision decision, in DecisionMoment moment) => new DecisionExplainer(this, decision, moment).Explain();

    internal static BlackoutLoad Load(in DecisionMoment moment) => new(moment.RamRemainingBytes, moment.StateBytes, moment.Quiesced);

    internal CommitBound? Carrier(bool quiesced) => quiesced ? _carrierAfterQuiesce : _carrier;

    internal ScoreChoice ChosenScores(bool quiesced) => quiesced ? _scores.AfterQuiesce : _scores.Whole;

    internal ScoreTable Scores(bool quiesced) => quiesced ? Tables.ScoresAfterQuiesce : Tables.Scores;

    /// <summary>What a bound, pauses included, must not exceed: the limit, what is left of the error budget, and what is left of the time to
    /// complete in. NaN without a limit.</summary>
    internal double TargetSeconds(in DecisionMoment moment) => Math.Min(
        Sla.BlackoutLimitSeconds ?? double.NaN,
        Math.Min(Sla.ErrorBudgetRemainingSeconds ?? double.PositiveInfinity, TimeLeftSeconds(moment)));

    /// <summary>Which of them that is; null without a limit.</summary>
    internal DecisionBinding? Binding(in DecisionMoment moment)
    {
        var target = TargetSeconds(moment);
        return double.IsNaN(target) ? null
            : target == Sla.BlackoutLimitSeconds ? DecisionBinding.Limit
            : target == Sla.ErrorBudgetRemainingSeconds ? DecisionBinding.ErrorBudget
            : DecisionBinding.CompleteWithin;
    }

    private double TimeLeftSeconds(in DecisionMoment moment) => (Sla.CompleteWithinSeconds ?? double.PositiveInfinity) - moment.ElapsedSeconds + moment.PausedSeconds;

    /// <summary>The mildest limit of the dirty rate under which pre-copy reaches so little memory; NaN if that is not known or waiting alone is enough.</summary>
    /// <remarks>A round lasts as long as sending the memory does, and <see cref="ShortestRoundSeconds"/> at least; what is dirtied in it is the
    /// next round. The slowest transfer seen stands for pre-copy, which is often capped.</remarks>
    internal double DirtyRateLimitFor(double ramBytes) =>
        ramBytes > 0 && _reachableFloorBytes.Value > ramBytes ? Math.Min(_slowestBytesPerSecond, ramBytes / ShortestRoundSeconds) : double.NaN;

    private CommitBound? ChooseCarrier(ScoreTable scores)
    {
        if (IsComplete && scores.IsSupported && Prepared.Guessed.Count == 0 && SizeBeyondEvidence is null)
        {
            return new CommitBound(BoundMethod.Direct, Tables.Median, scores.Bound);
        }

        if (IsComplete && Tables.IsUnionSupported && TermsMayCarry && SizeBeyondEvidence is null)
        {
            return new CommitBound(BoundMethod.Union, Tables.Union[0].Parts, 1);
        }

        return Sla.WhenEvidenceIsInsufficient switch
        {
            InsufficientEvidenceAction.WorstCase when Prepared.Missing.Count == 0 && Prepared.WorstCase() is { } worst && double.IsFinite(worst.Seconds(default)) && double.IsFinite(worst.SecondsPerByte) =>
                new CommitBound(BoundMethod.Union, worst, 1),
            InsufficientEvidenceAction.Accept when IsComplete && Tables.Independent is { } independent =>
                new CommitBound(independent, Tables.Median, Prepared.AllowedMisses),
            InsufficientEvidenceAction.Accept when Guess is not null && double.IsFinite(Prepared.GuessBoundSeconds) =>
                new CommitBound(BoundMethod.Independent, new BlackoutParts(0, 0, 0, Prepared.GuessBoundSeconds, 0, 1), 1),
            _ => null,
        };
    }

    private (Verdict Verdict, double DirtyRateLimit) Judge(in DecisionMoment moment, in BlackoutLoad load, CommitBound? carrier, double bound, double lastChance)
    {
        if (lastChance < 0)
        {
            return (Verdict.Abort, double.NaN);
        }

        var target = TargetSeconds(moment);
        if (carrier is null || double.IsNaN(target))
        {
            return (Verdict.Stay, double.NaN);
        }

        if (bound <= target)
        {
            return (Verdict.Commit, double.NaN);
        }

        // Limiting the dirty rate helps while the machine runs, and only against memory.
        if (Sla.DirtyRateFloorBytesPerSecond is { } floor && !moment.Quiesced && moment.RamRemainingBytes > 0)
        {
            var limit = DirtyRateLimitFor(carrier.RamBytesFor(load, target - moment.PausedSeconds));
            if (limit >= floor)
            {
                return (Verdict.Throttle, limit);
            }
        }

        return (Verdict.Stay, double.NaN);
    }

    private double MedianSeconds(in DecisionMoment moment, in BlackoutLoad load, double predicted)
    {
        if (!IsComplete)
        {
            return moment.PausedSeconds + _guessSeconds;
        }

        var scores = Scores(moment.Quiesced);
        return moment.PausedSeconds + (scores.IsSupported ? predicted * scores.Median : Tables.Independent?.Quantile(load, 0.5) ?? double.NaN);
    }

    private double MissProbability(in DecisionMoment moment, in BlackoutLoad load, CommitBound? carrier, double predicted)
    {
        if (Sla.BlackoutLimitSeconds is not { } limit || !IsComplete)
        {
            return double.NaN;
        }

        var left = limit - moment.PausedSeconds;
        return carrier?.Method switch
        {
            BoundMethod.Direct => Scores(moment.Quiesced).MissProbability(predicted > 0 ? left / predicted : double.PositiveInfinity),
            BoundMethod.Union when Tables.IsUnionSupported => Tables.UnionMissProbability(load, left),
            BoundMethod.Independent => Tables.Independent!.MissProbability(load, left),
            _ => double.NaN,
        };
    }

    private double LastSafeCommit(in DecisionMoment moment, double blackout)
    {
        var rest = double.IsNaN(blackout) ? 0 : blackout - moment.PausedSeconds;
        return (Sla.CompleteWithinSeconds ?? double.NaN) - moment.ElapsedSeconds - rest;
    }

    /// <summary>The last commit that completes in time if no memory were left: what remains now may yet be sent or come to rest.</summary>
    private double LastChance(in DecisionMoment moment, CommitBound? carrier, double lastSafe)
    {
        if (carrier is null || moment.Quiesced || moment.RamRemainingBytes == 0)
        {
            return lastSafe;
        }

        return LastSafeCommit(moment, carrier.Seconds(Load(moment with { RamRemainingBytes = 0 })) + moment.PausedSeconds);
    }

    private double NextEvaluation(Verdict verdict, in DecisionMoment moment, CommitBound? carrier, double lastSafe)
    {
        if (verdict is Verdict.Commit or Verdict.Abort)
        {
            return double.NaN;
        }

        // Memory changes with the next round, which lasts as long as sending what remains; evidence grows slowly.
        var round = Tables.Median.SecondsPerByte * moment.RamRemainingBytes;
        var next = carrier is null ? LatestEvaluationSeconds : round > 0 ? round : UsualEvaluationSeconds;
        next = double.IsNaN(lastSafe) ? next : Math.Min(next, lastSafe);
        return Math.Clamp(next, SoonestEvaluationSeconds, LatestEvaluationSeconds);
    }

    private (int Line, double Seconds) LongestArc(int firstLine)
    {
        var longest = (Line: -1, Seconds: double.NegativeInfinity);
        for (var i = firstLine; i < Prepared.Lines.Count; i++)
        {
            var line = Prepared.Lines[i];
            if (line.Kind == DecisionLineKind.Arc && Tables.Terms[line.Term].Median > longest.Seconds)
            {
                longest = (i, Tables.Terms[line.Term].Median);
            }
        }

        return longest;
    }

    private (int Line, double Seconds) LongestWork()
    {
        var longest = (Line: -1, Seconds: double.NegativeInfinity);
        for (var i = 0; i < Prepared.Lines.Count; i++)
        {
            longest = Prepared.Lines[i].Kind == DecisionLineKind.StateWork ? Larger(longest, i, Tables.Terms[Prepared.Lines[i].Term].Median) : longest;
        }

        return longest;
    }

    private int DominantLine(in DecisionMoment moment)
    {
        var dominant = moment.Quiesced ? _longestArcAfterQuiesce : _longestArc;
        var secondsPerByte = Tables.Median.SecondsPerByte;
        dominant = Larger(dominant, _fixedLine, Tables.Terms[Prepared.Lines[_fixedLine].Term].Median);
        dominant = Larger(dominant, _longestWork.Line, _longestWork.Seconds);
        if (Snapshot.Ram is not null)
        {
            dominant = Larger(dominant, _fixedLine + 1, secondsPerByte * moment.RamRemainingBytes);
        }

        if (_largestStateShare > 0)
        {
            dominant = Larger(dominant, _largestStateLine, secondsPerByte * moment.StateBytes * _largestStateShare);
        }

        return dominant.Line - (moment.Quiesced && dominant.Line >= 0 ? _quiesceLines : 0);
    }

    private static (int Line, double Seconds) Larger((int Line, double Seconds) best, int line, double seconds) =>
        seconds > best.Seconds ? (line, seconds) : best;
}
