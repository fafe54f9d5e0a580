using Planner.Estimators;
using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>Machines under one limit and one confidence that are migrated by one of the planner's rules, with what was learned from them.</summary>
internal sealed class PromisedClass
{
    // More than the bare need, so that the bound is not the largest score alone.
    private const double WarmUpFactor = 1.75;
    private const int LeastWarmUp = 200;

    private readonly string _rule;
    private readonly double _withinSeconds;
    private readonly ClassEvidence _all;
    private readonly ClassEvidence _calm;
    private readonly ClassEvidence _rough;
    private readonly LinkLifeTable _link = new();
    private readonly int _warmUp;

    public PromisedClass(string rule, int limit, int confidence, MachineDevices devices, SlaTerms sla)
    {
        _rule = rule;
        _withinSeconds = sla.CompleteWithinSeconds!.Value;
        Limit = limit;
        Confidence = confidence;
        _all = new ClassEvidence(devices, sla);
        _calm = new ClassEvidence(devices, sla);
        _rough = new ClassEvidence(devices, sla);
        _warmUp = Math.Max(LeastWarmUp, (int)Math.Ceiling(WarmUpFactor * ScoreTable.RequiredScores(1 - sla.Confidence!.Value)));
    }

    /// <summary>The index of the limit in the grid.</summary>
    public int Limit { get; }

    /// <summary>The index of the confidence in the grid.</summary>
    public int Confidence { get; }

    /// <summary>Migrations that stayed.</summary>
    public int Stays { get; set; }

    /// <summary>Rounds over all memory workloads that only gather evidence.</summary>
    public int WarmUpRounds(int memories) => (_warmUp + memories - 1) / memories;

    /// <summary>The rule for the next migration.</summary>
    public IPlannerRule CreateRule() => PlannerRules.Create(_rule, Moments(), _withinSeconds);

    /// <summary>Takes what a commit showed.</summary>
    public void Learn(WorkloadTruth truth, in WorkloadOutcome outcome, double predictedSeconds, double stretch, bool isCalm)
    {
        var sent = outcome.RamBytes + truth.StateBytes;
        _all.Learn(truth.Latencies, sent, outcome, predictedSeconds, stretch, isOfKind: true);
        _calm.Learn(truth.Latencies, sent, outcome, predictedSeconds, stretch, isOfKind: isCalm);
        _rough.Learn(truth.Latencies, sent, outcome, predictedSeconds, stretch, isOfKind: !isCalm);
    }

    /// <summary>Takes what a switchover without a promise showed.</summary>
    public void Rehearse(WorkloadTruth truth, in WorkloadOutcome outcome, IReadOnlyList<double> rates)
    {
        var moments = Moments();
        for (var slot = 0; slot < rates.Count; slot++)
        {
            moments.Observe((slot + 1) * LinkWorkload.SlotSeconds, rates[slot]);
        }

        moments.Decide(new PreCopyMoment
        {
            ElapsedSeconds = outcome.CommitSeconds,
            IsSync = true,
            RamBytes = outcome.RamBytes,
            StateBytes = truth.StateBytes,
            WrittenBytes = double.NaN,
        });
        Learn(truth, outcome, moments.Last.PredictedSeconds, moments.LastStretch, moments.LastIsCalm);
    }

    private RuleMoments Moments() => new(new MomentEvaluators(_all.Build(), _calm.Build(), _rough.Build()), _link);
}
