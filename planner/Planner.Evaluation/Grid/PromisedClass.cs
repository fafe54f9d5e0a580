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
    private readonly WorkloadMachine _machine;
    private readonly int _warmUp;

    public PromisedClass(string rule, int limit, int confidence, MachineDevices devices, SlaTerms sla)
    {
        _rule = rule;
        _withinSeconds = sla.CompleteWithinSeconds!.Value;
        Limit = limit;
        Confidence = confidence;
        _machine = new WorkloadMachine(devices, sla);
        _warmUp = Math.Max(LeastWarmUp, (int)Math.Ceiling(WarmUpFactor * ScoreTable.RequiredScores(sla.AllowedMisses)));
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
    public IPlannerRule CreateRule() => PlannerRules.Create(_rule, _machine.Moments(), _withinSeconds);

    /// <summary>Takes what a migration showed.</summary>
    public void Learn(WorkloadTruth truth, in WorkloadOutcome outcome, RuleMoments moments)
    {
        _machine.LearnOfLink(moments);
        if (outcome.Committed)
        {
            _machine.Learn(truth.Latencies, outcome.RamBytes + truth.StateBytes, outcome, moments);
        }
    }

    /// <summary>Takes what a switchover without a promise showed.</summary>
    public void Rehearse(WorkloadTruth truth, in WorkloadOutcome outcome, IReadOnlyList<double> rates)
    {
        var moments = _machine.Moments();
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
        Learn(truth, outcome, moments);
    }
}
