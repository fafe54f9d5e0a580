using Planner.Policies;

namespace Planner.Engine;

/// <summary>A decision with everything needed to repeat and to explain it.</summary>
/// <param name="Gate">1 before anything stops, 2 with everything quiesced.</param>
/// <param name="Decision">The decision.</param>
/// <param name="Moment">The moment it was made for.</param>
/// <param name="Evaluator">What made it.</param>
/// <param name="AtNanoseconds">When, on the monotonic clock.</param>
public sealed record GateDecision(int Gate, Decision Decision, DecisionMoment Moment, SwitchoverEvaluator Evaluator, long AtNanoseconds);
