namespace Planner.Engine;

/// <summary>Build an evaluator from everything known now; answered by <see cref="EvaluationReady"/> or <see cref="EvaluationFailed"/>.</summary>
public sealed record PrepareEvaluation : EngineCommand;
