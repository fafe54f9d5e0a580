namespace Planner.Engine;

/// <summary>No evaluator can be built from what is known.</summary>
/// <param name="Reason">One sentence.</param>
public sealed record EvaluationFailed(string Reason) : EngineEvent;
