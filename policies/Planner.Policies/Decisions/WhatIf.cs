using Planner.Estimators;
using Planner.Evidence;
using Planner.Measurements;

namespace Planner.Policies;

/// <summary>Finds the single changes that would each turn a decision into a commit.</summary>
/// <remarks>Every figure is rounded to the safe side, so that the sentence is true as it is written.</remarks>
internal sealed class WhatIf(SwitchoverEvaluator evaluator, Decision decision, DecisionMoment moment)
{
    private const double HighestBytesPerSecond = 1e12;
    private const int LargestStates = 3;
    private const int Bisections = 60;

    private readonly BlackoutLoad _load = SwitchoverEvaluator.Load(moment);
    private readonly CommitBound? _carrier = evaluator.Carrier(moment.Quiesced);
    private readonly PreparedSnapshot _prepared = evaluator.Prepared;

    // What the rest of the blackout must not exceed.
    private readonly double _targetSeconds = evaluator.TargetSeconds(moment) - moment.PausedSeconds;
    private readonly List<string> _found = [];

    /// <summary>The changes in words; empty if no single one is enough.</summary>
    public IReadOnlyList<string> Find()
    {
        if (_carrier is null)
        {
            AddEvidence();
            return _found;
        }

        AddPromises();
        if (!double.IsNaN(_targetSeconds))
        {
            AddBandwidth(_carrier);
            AddMemory(_carrier);
            AddStates(_carrier);
        }

        return _found;
    }

    private void AddPromises()
    {
        var sla = evaluator.Sla;
        var bound = decision.BoundSeconds;
        var left = (sla.CompleteWithinSeconds ?? double.PositiveInfinity) - moment.ElapsedSeconds;
        var rest = bound - moment.PausedSeconds;
        var limitHolds = bound <= sla.BlackoutLimitSeconds;
        var budgetHolds = bound <= (sla.ErrorBudgetRemainingSeconds ?? double.PositiveInfinity);
        switch (limitHolds, budgetHolds, rest <= left)
        {
            case (false, true, true):
                _found.Add($"limit >= {Words.SecondsUp(bound)}");
                break;
            case (true, false, true):
                _found.Add($"error budget >= {Words.SecondsUp(bound)}");
                break;
            case (false, true, false):
                _found.Add($"limit >= {Words.SecondsUp(bound)} and complete within >= {Words.SecondsUp(moment.ElapsedSeconds + rest)}");
                break;
            case (true, true, false):
                _found.Add($"complete within >= {Words.SecondsUp(moment.ElapsedSeconds + rest)}");
                break;
        }
    }

    private void AddBandwidth(CommitBound carrier)
    {
        if (carrier.AtRate(HighestBytesPerSecond).Seconds(_load) <= _targetSeconds)
        {
            var inverse = Largest(1, x => carrier.AtRate(1 / x).Seconds(_load) <= _targetSeconds);
            _found.Add($"switchover bandwidth >= {Words.RateUp(1 / inverse)}");
        }
    }

    private void AddMemory(CommitBound carrier)
    {
        if (moment.RamRemainingBytes == 0 || carrier.Seconds(_load with { RamBytes = 1 }) > _targetSeconds)
        {
            return;
        }

        var bytes = Math.Floor(Largest(moment.RamRemainingBytes, x => carrier.Seconds(_load with { RamBytes = x }) <= _targetSeconds));
        _found.Add($"remaining memory <= {Words.BytesDown(bytes)}");
        if (!moment.Quiesced && evaluator.DirtyRateLimitFor(bytes) is var limit && !double.IsNaN(limit))
        {
            _found.Add($"dirty-rate limit <= {Words.RateDown(limit)}");
        }
    }

    private void AddStates(CommitBound carrier)
    {
        // The model joins the margins of all sizes into one distribution; what one device adds to it cannot be taken out again.
        if (carrier.Method == BoundMethod.Independent && evaluator.Snapshot.Devices.Any(d => d.StateSizeRatios.Count > 0))
        {
            return;
        }

        var largest = _prepared.StateShares.Select((share, device) => (Bytes: share * moment.StateBytes, Device: device))
            .Where(s => s.Bytes > 0).OrderByDescending(s => s.Bytes).Take(LargestStates);
        foreach (var (bytes, device) in largest)
        {
            // The bound counts this device's bytes by its own margin, and all together by the mean one.
            var weight = StateRatio(carrier, device) / carrier.StateRatio;
            bool Fits(double x) => carrier.Seconds(_load with { StateBytes = _load.StateBytes - (bytes - x) * weight }) <= _targetSeconds;
            if (Fits(1))
            {
                _found.Add($"state of {_prepared.Names[device]} <= {Words.BytesDown(Math.Floor(Largest(bytes, Fits)))}");
            }
        }
    }

    private double StateRatio(CommitBound carrier, int device)
    {
        var term = _prepared.Lines.First(l => l.Kind == DecisionLineKind.TransferState && l.Device == device).Term;
        var figures = evaluator.Tables.Terms[term];
        return term == _prepared.RateTerm ? 1
            : carrier.Method != BoundMethod.Union ? figures.Median
            : evaluator.Tables.IsUnionSupported ? figures.Bound : figures.Largest;
    }

    private void AddEvidence()
    {
        if (!evaluator.IsComplete || double.IsNaN(_targetSeconds))
        {
            return;
        }

        if (evaluator.EvidenceEndedBy(moment.Quiesced) is { } beyond)
        {
            _found.Add(beyond.Remedy);
            return;
        }

        // The blackouts to come are taken to be no worse than the worst so far, or as predicted if there were none.
        var blackouts = PastBlackouts.Of(moment.Quiesced ? evaluator.Snapshot.PastBlackoutsAfterQuiesce : evaluator.Snapshot.PastBlackouts);
        if (blackouts.Scores().MoreScoresFor(_targetSeconds / decision.PredictedSeconds, _prepared.AllowedMisses) is { } moreScores)
        {
            _found.Add($"{moreScores} more blackouts of {_prepared.OwnName}");
        }

        if (evaluator.TermsMayCarry && evaluator.Tables.UnionAsSeen.Seconds(_load) <= _targetSeconds)
        {
            var terms = evaluator.Tables.Terms;
            var shortOf = Enumerable.Range(0, terms.Length).Where(i => terms[i].Samples < evaluator.Tables.UnionNeed).ToList();
            var more = evaluator.Tables.UnionNeed - shortOf.Min(i => terms[i].Samples);
            _found.Add($"{more} more samples of {(shortOf.Count == 1 ? _prepared.NameOfTerm(shortOf[0]) : "every arc and transfer")}");
        }
    }

    /// <summary>The largest value up to a limit that fits, where 0 does and more fits ever less.</summary>
    private static double Largest(double limit, Func<double, bool> fits)
    {
        var (low, high) = (0.0, limit);
        for (var i = 0; i < Bisections; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = fits(middle) ? (middle, high) : (low, middle);
        }

        return low;
    }
}
