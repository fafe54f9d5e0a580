using Planner.Estimators;
using Planner.Policies;

namespace Planner.Simulation;

/// <summary>Machines under one limit and one confidence that are migrated by one of the planner's rules, with what was learned from them.</summary>
internal sealed class PromisedClass
{
    /// <summary>The planner's own rules.</summary>
    public static readonly string[] Rules = ["earliest"];

    // More than the bare need, so that the bound is not the largest score alone.
    private const double WarmUpFactor = 1.2;
    private const int LeastWarmUp = 200;

    private readonly string _rule;
    private readonly ClassEvidence _evidence;
    private readonly int _warmUp;
    private SwitchoverEvaluator? _evaluator;

    public PromisedClass(string rule, int limit, int confidence, MachineDevices devices, SlaTerms sla)
    {
        _rule = rule;
        Limit = limit;
        Confidence = confidence;
        _evidence = new ClassEvidence(devices, sla);
        _warmUp = Math.Max(LeastWarmUp, (int)Math.Ceiling(WarmUpFactor * ScoreTable.RequiredScores(1 - sla.Confidence!.Value)));
    }

    /// <summary>The index of the limit in the grid.</summary>
    public int Limit { get; }

    /// <summary>The index of the confidence in the grid.</summary>
    public int Confidence { get; }

    /// <summary>Migrations that stayed.</summary>
    public int Stays { get; set; }

    /// <summary>What decides, made from the evidence so far.</summary>
    public SwitchoverEvaluator Evaluator => _evaluator ??= _evidence.Build();

    /// <summary>Whether the evidence supports a bound.</summary>
    public bool IsBounded => double.IsFinite(Evaluator.Decide(Evaluator.Moment).BoundSeconds);

    /// <summary>Rounds over all memory workloads that only gather evidence.</summary>
    public int WarmUpRounds(int memories) => (_warmUp + memories - 1) / memories;

    /// <summary>The rule for the next migration.</summary>
    public IBoundedSwitchoverRule CreateRule() => _rule switch
    {
        _ => new EarliestRule(Evaluator),
    };

    /// <summary>Takes what a switchover showed.</summary>
    public void Learn(WorkloadTruth truth, in WorkloadOutcome outcome, double predictedSeconds)
    {
        _evidence.Learn(truth.Latencies, outcome.RamBytes + truth.StateBytes, outcome, predictedSeconds);
        _evaluator = null;
    }
}
