using Planner.Policies;

namespace Planner.Engine;

/// <summary>The tables for a decision are ready.</summary>
/// <param name="Evaluator">The evaluator, prepared from everything known at this moment.</param>
public sealed record EvaluationReady(SwitchoverEvaluator Evaluator) : EngineEvent;
