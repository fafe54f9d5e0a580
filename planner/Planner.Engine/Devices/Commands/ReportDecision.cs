namespace Planner.Engine;

/// <summary>Tell the observers of a decision. Not answered.</summary>
/// <param name="Decision">The decision.</param>
public sealed record ReportDecision(GateDecision Decision) : EngineCommand;
