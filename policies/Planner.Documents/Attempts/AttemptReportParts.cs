using Planner.Measurements;
using Planner.Policies;

namespace Planner.Documents;

/// <summary>A decision of an attempt.</summary>
/// <param name="Gate">1 before the quiesce, 2 after it; null in the rows of earlier planners.</param>
/// <param name="Verdict">What it said.</param>
/// <param name="Method">How the bound was found; null if there was none.</param>
/// <param name="PredictedSeconds">What the model predicted; null if nothing could be.</param>
/// <param name="BoundSeconds">The bound; null if no evidence supported one.</param>
/// <param name="AfterSeconds">When, since the attempt began.</param>
/// <param name="Reason">Why, in one sentence.</param>
/// <param name="Explained">The decision made again from its recorded input; null if it was left out or there is none.</param>
public sealed record AttemptDecisionReport(
    int? Gate, string? Verdict, string? Method, double? PredictedSeconds, double? BoundSeconds, double? AfterSeconds, string Reason, ExplainedDecision? Explained)
{
    /// <summary>Takes a decision.</summary>
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
public sealed record ScoreReport(string Span, double PredictedSeconds, double ActualSeconds, bool CutOff);
