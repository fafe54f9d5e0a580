using Planner.Estimators;
using Planner.Measurements;

namespace Planner.Policies;

/// <summary>Puts one decision into words.</summary>
internal sealed class DecisionExplainer(SwitchoverEvaluator evaluator, Decision decision, DecisionMoment moment)
{
    private readonly PreparedSnapshot _prepared = evaluator.Prepared;
    private readonly BlackoutTables _tables = evaluator.Tables;
    private readonly ScoreTable _scores = evaluator.Scores(moment.Quiesced);
    private readonly ScoreChoice _chosen = evaluator.ChosenScores(moment.Quiesced);

    private DecisionBinding? Binding => decision.Verdict == Verdict.Abort ? DecisionBinding.CompleteWithin : evaluator.Binding(moment);

    private string Confidence => Words.Percent(1 - _prepared.AllowedMisses);

    /// <summary>The decision in full.</summary>
    public ExplainedDecision Explain()
    {
        var lines = _prepared.Lines.Where(l => !(moment.Quiesced && l.IsQuiesce)).ToList();
        var dominant = decision.DominantTerm >= 0 ? lines[decision.DominantTerm] : null;
        var evidence = Evidence();
        return new ExplainedDecision
        {
            Verdict = decision.Verdict switch
            {
                Verdict.Commit => "commit",
                Verdict.Throttle => "throttle",
                Verdict.Abort => "abort",
                _ => "stay",
            },
            LimitSeconds = evaluator.Sla.BlackoutLimitSeconds,
            Confidence = 1 - _prepared.AllowedMisses,
            Blackout = new BlackoutEstimate(
                Known(decision.P50Seconds),
                Known(decision.BoundSeconds),
                Known(decision.MissProbability),
                decision.Method switch
                {
                    BoundMethod.Direct => "direct",
                    BoundMethod.Union => "union",
                    BoundMethod.Independent => "independent",
                    _ => null,
                })
            {
                Recalibrating = decision.IsRecalibrating,
                WidenedBy = decision.Method == BoundMethod.Direct && _scores.Widening > 1 ? _scores.Widening : null,
            },
            Evidence = evidence,
            Terms = [.. lines.Select(Estimate)],
            Dominant = dominant?.Name,
            Binding = Binding is { } binding ? char.ToLowerInvariant(binding.ToString()[0]) + binding.ToString()[1..] : null,
            Reason = decision.IsRecalibrating ? Recalibrating(Reason(dominant, evidence)) : Reason(dominant, evidence),
            WouldCommitIf = decision.Verdict == Verdict.Commit ? [] : new WhatIf(evaluator, decision, moment).Find(),
            NextEvaluationSeconds = Known(decision.NextEvaluationSeconds),
            LastSafeCommitSeconds = Known(decision.LastSafeCommitSeconds),
        };
    }

    private static double? Known(double value) => double.IsFinite(value) ? value : null;

    private TermEstimate Estimate(DecisionLine line)
    {
        var term = _tables.Terms[line.Term];
        if (line.Kind is DecisionLineKind.Arc or DecisionLineKind.TransferFixed or DecisionLineKind.StateWork)
        {
            return Estimate(line, term.Median, term.Bound, term.Samples - _prepared.AssumedOf(line));
        }

        var rate = _tables.Terms[RateTerm];
        if (line.Kind == DecisionLineKind.TransferRam ? evaluator.Snapshot.Ram!.RemainingBytes is null : evaluator.Snapshot.Devices[line.Device].StateBytes is null)
        {
            return Estimate(line, double.NaN, double.NaN, rate.Samples);
        }

        if (line.Kind == DecisionLineKind.TransferRam)
        {
            return Estimate(line, rate.Median * moment.RamRemainingBytes, rate.Bound * moment.RamRemainingBytes, rate.Samples);
        }

        // The line of a device whose size is exact refers to the rate itself.
        var bytes = moment.StateBytes * _prepared.StateShares[line.Device];
        return line.Term == RateTerm
            ? Estimate(line, rate.Median * bytes, rate.Bound * bytes, rate.Samples)
            : Estimate(line, rate.Median * bytes * term.Median, rate.Bound * bytes * term.Bound, Math.Min(rate.Samples, term.Samples));
    }

    private TermEstimate Estimate(DecisionLine line, double median, double bound, int samples) =>
        new(line.Name, line.Device < 0 ? null : _prepared.Names[line.Device], Part(median, decision.P50Seconds), Part(bound, decision.BoundSeconds), samples);

    /// <summary>What the whole does not exceed, no part of it does.</summary>
    private static double? Part(double part, double whole) => Known(double.IsFinite(whole) ? Math.Min(part, whole) : part);

    private int RateTerm => _prepared.RateTerm;

    /// <summary>What the bound stands on; without a bound what is nearest to sufficient.</summary>
    private EvidenceCount Evidence()
    {
        var past = _chosen.Past;
        var rehearsals = past.Count(b => b.Rehearsed);
        var direct = new EvidenceCount(
            _scores.Count, _scores.Need, _scores.IsOfGroups ? $"groups of machines like it (class {_prepared.ClassName}), a blackout of each" : $"blackouts of {_prepared.OwnName}{(_chosen.IsOfBusyHost ? " while the host was busy" : "")}")
        {
            Commits = past.Count - rehearsals,
            Rehearsals = rehearsals,
        };
        var fewest = Enumerable.Range(0, _tables.Terms.Length).MinBy(i => _tables.Terms[i].Samples);
        var union = new EvidenceCount(_tables.Terms[fewest].Samples, _tables.UnionNeed, $"samples of {_prepared.NameOfTerm(fewest)}");
        if (decision.Method == BoundMethod.Direct || _prepared.Guessed.Count > 0)
        {
            return direct;
        }

        if (_tables.IsComplete)
        {
            return decision.Method != BoundMethod.Union && (!evaluator.TermsMayCarry || (double)direct.Have / direct.Need >= (double)union.Have / union.Need) ? direct : union;
        }

        return union with { Need = 1 };
    }

    private string Recalibrating(string reason) =>
        $"{reason.TrimEnd('.')}; recalibrating: blackouts have become longer of late than predicted, and the bound is wider for the next {_scores.ScoresUntilCalibrated} of them.";

    private string Reason(DecisionLine? dominant, EvidenceCount evidence)
    {
        if (decision.Verdict == Verdict.Abort)
        {
            return AbortReason(dominant, evidence);
        }

        if (decision.Method is null)
        {
            return NoBoundReason(evidence);
        }

        if (evaluator.Sla.BlackoutLimitSeconds is not { } limit)
        {
            return $"No blackout limit is stated, so nothing can be promised; the bound at {Confidence} is {Words.SecondsUp(decision.BoundSeconds)}.";
        }

        if (decision.Verdict == Verdict.Commit)
        {
            var (fitting, whole) = Words.Against(decision.BoundSeconds, limit);
            return $"Commit: the bound of {fitting} at {Confidence} ({Basis(evidence)}) fits the limit of {whole}.";
        }

        var (written, against) = Words.Against(decision.BoundSeconds, evaluator.TargetSeconds(moment));
        var bound = $"the bound of {written} at {Confidence} ({Basis(evidence)})";
        var obstacle = Binding switch
        {
            DecisionBinding.ErrorBudget => $"exceeds what is left of the error budget, {against}",
            DecisionBinding.CompleteWithin => $"exceeds what is left of the {Words.Seconds(evaluator.Sla.CompleteWithinSeconds ?? 0)} to complete in, {against}",
            _ => $"exceeds the limit of {against}",
        };
        var largest = Largest(dominant);
        return decision.Verdict == Verdict.Throttle
            ? $"Throttle: {bound} {obstacle}, and it would fit with the dirty rate limited to {Words.RateDown(decision.DirtyRateLimitBytesPerSecond)}{largest}."
            : $"Stay: {bound} {obstacle}{largest}.";
    }

    private string AbortReason(DecisionLine? dominant, EvidenceCount evidence)
    {
        var within = evaluator.Sla.CompleteWithinSeconds ?? 0;
        var (passed, of) = Words.Apart(moment.ElapsedSeconds, within);
        var time = moment.ElapsedSeconds > within
            ? $"Abort: {passed} have passed of the {of} to complete in"
            : $"Abort: of the {Words.Seconds(within)} to complete in {Words.Seconds(within - moment.ElapsedSeconds)} are left, less than the blackout may take";

        if (decision.Method is null || evaluator.Sla.BlackoutLimitSeconds is not { } most || !(decision.BoundSeconds > most))
        {
            return $"{time}.";
        }

        // That the time is over is not why the machine stayed until then.
        var (bound, limit) = Words.Against(decision.BoundSeconds, most);
        return $"{time}; the bound of {bound} at {Confidence} ({Basis(evidence)}) exceeds the limit of {limit}{Largest(dominant)}.";
    }

    private string Largest(DecisionLine? dominant) =>
        dominant is not null && Estimate(dominant).P50Seconds is { } median ? $"; the largest part is {Describe(dominant)} with {Words.Seconds(median)} on the median" : "";

    private string NoBoundReason(EvidenceCount evidence)
    {
        List<string> missing = [.. _prepared.Missing];
        if (evaluator.Sla.BlackoutLimitSeconds is null)
        {
            missing.Insert(0, "a blackout limit (sla.blackoutLimitSeconds)");
        }

        missing.AddRange(Enumerable.Range(0, _tables.Terms.Length).Where(i => _tables.Terms[i].Samples == 0).Select(i => $"samples of {_prepared.NameOfTerm(i)}"));
        if (missing.Count > 0 && evaluator.Guess is { } guess)
        {
            var bound = double.IsFinite(_prepared.GuessBoundSeconds) ? $", at most {Words.SecondsUp(_prepared.GuessBoundSeconds)} at {Confidence}" : "";
            return $"Stay: there is only a first guess by model {guess.Model} of {Words.Seconds(guess.P50Seconds)}{bound}, which carries no commit; a prediction lacks {string.Join(", ", missing)}.";
        }

        if (missing.Count > 0)
        {
            return $"Stay: nothing can be predicted without {string.Join(", ", missing)}.";
        }

        if (evaluator.EvidenceEndedBy(moment.Quiesced) is { } beyond)
        {
            return $"Stay: {beyond.Reason}, so what is known of {_prepared.OwnName} says nothing about it.";
        }

        var worst = evaluator.Sla.WhenEvidenceIsInsufficient == InsufficientEvidenceAction.WorstCase && _prepared.MissingWorstCases.Count > 0
            ? $", and the policy's worst case lacks {string.Join(", ", _prepared.MissingWorstCases)}"
            : "";
        return $"Stay: there is no bound at {Confidence} yet, with {evidence.Have} of the {evidence.Need} {evidence.Of} that it needs{(evidence.Rehearsals is not null ? CutOffWords(", since ") : "")}{worst}{(_prepared.Guessed is { Count: > 0 } guessed ? $"; not every arc of {string.Join(" and ", guessed)} was measured yet" : "")}{OthersInWords()}.";
    }

    private string OthersInWords()
    {
        var others = (moment.Quiesced ? evaluator.Snapshot.PastBlackoutsOfLikeMachinesAfterQuiesce : evaluator.Snapshot.PastBlackoutsOfLikeMachines)?.Count;
        return others is null || _scores.IsSupported ? "" : $"; machines like it are {others} of the {ScoreTable.RequiredScores(_prepared.AllowedMisses)} groups that a bound from others takes";
    }

    private string Basis(EvidenceCount evidence) => decision.Method switch
    {
        BoundMethod.Direct when _scores.IsOfGroups => $"direct, from {evidence.Have} {evidence.Of}{Selection(evidence)}, widened by what these {evidence.Have} groups differ{CutOffWords(", ")}{Widened()}",
        BoundMethod.Direct => $"direct, from {evidence.Have} {evidence.Of}{Selection(evidence)}{CutOffWords(", ")}{Widened()}",
        BoundMethod.Union when _tables.IsUnionSupported => "union of the bounds of all terms",
        BoundMethod.Union => "sum of the stated worst cases",
        _ when evaluator.Guess is { } guess => $"first guess by model {guess.Model}, without proof",
        _ when _prepared.Guessed is { Count: > 0 } guessed => $"a guess: not every arc of {string.Join(" and ", guessed)} was measured yet",
        _ => "independent, a model without proof",
    };

    /// <summary>What selected the blackouts, where that was not one thing.</summary>
    private static string Selection(EvidenceCount evidence) => evidence is { Commits: > 0 and var commits, Rehearsals: > 0 and var rehearsals }
        ? $": {commits} commit{(commits == 1 ? "" : "s")}, {rehearsals} rehearsal{(rehearsals == 1 ? "" : "s")}"
        : "";

    /// <summary>Why the bound is wider than the blackouts make it. Such a bound claims no share.</summary>
    private string Widened()
    {
        var rehearsed = _chosen.CommitsAmongRehearsals is { } commits ? $"until {ScoreChoice.CommitsToTrust} commits, of which there are {commits}, have shown that rehearsals speak for them" : null;
        var busy = _chosen.OnBusyHost is { } known ? $"since the host is busy and {known} of the {ScoreTable.RequiredScores(_prepared.AllowedMisses)} blackouts of a busy host are known that a bound takes" : null;
        return (rehearsed ?? busy) is null ? "" : $", {_scores.Widening:0.##} times as wide as these make it {string.Join(", and ", new[] { busy, rehearsed }.OfType<string>())}";
    }

    private string CutOffWords(string before) => _scores.CutOff switch
    {
        0 => "",
        1 => $"{before}1 of them failed or was given up and ranks above all others",
        var several => $"{before}{several} of them failed or were given up and rank above all others",
    };

    private string Describe(DecisionLine line) => line.Device < 0 ? line.Name : $"{line.Name} of {_prepared.Names[line.Device]}";
}
