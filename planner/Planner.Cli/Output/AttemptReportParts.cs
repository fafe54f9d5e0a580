using Planner.Measurements;
using Planner.Policies;

namespace Planner.Cli;

/// <summary>A decision of an attempt.</summary>
internal sealed record AttemptDecisionReport(
    int? Gate, string? Verdict, string? Method, double? PredictedSeconds, double? BoundSeconds, double? AfterSeconds, string Reason, ExplainedDecision? Explained)
{
    public static AttemptDecisionReport From(AttemptDecision decision, ExplainedDecision? explained) => new(
        decision.Gate,
        decision.Verdict is { } verdict ? AttemptReport.Word(verdict) : null,
        decision.Method is { } method ? AttemptReport.Word(method) : null,
        decision.Predicted?.TotalSeconds,
        decision.Bound?.TotalSeconds,
        decision.After?.TotalSeconds,
        decision.Reason,
        explained);
}

/// <summary>A blackout of an attempt beside what was predicted for it.</summary>
/// <param name="Span">The part of it.</param>
/// <param name="PredictedSeconds">What was predicted.</param>
/// <param name="ActualSeconds">What happened, or as far as it came.</param>
/// <param name="CutOff">Whether the switchover failed or was given up before its end.</param>
internal sealed record ScoreReport(string Span, double PredictedSeconds, double ActualSeconds, bool CutOff);
