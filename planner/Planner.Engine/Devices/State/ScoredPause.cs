using Planner.Measurements;

namespace Planner.Engine;

/// <summary>A pause of the guest beside what a gate predicted for it: what the next bound is calibrated on.</summary>
/// <param name="Span">The part of it.</param>
/// <param name="PredictedSeconds">The prediction in seconds; above 0.</param>
/// <param name="Actual">How long it was, or as far as it came.</param>
/// <param name="IsCutOff">Whether the switchover failed, so that nobody knows how long it would have been.</param>
public readonly record struct ScoredPause(BlackoutSpan Span, double PredictedSeconds, TimeSpan Actual, bool IsCutOff)
{
    /// <summary>The pause that ended between two states, or in the end of a session is not over. Only a switchover that came to its end says how long one takes;
    /// one that failed past the commit point is cut off. A quiesce that went back, or a deadline that a device did not keep, is news only where it alone took
    /// longer than all was predicted to.</summary>
    /// <param name="before">The state before.</param>
    /// <param name="after">The state after.</param>
    public static IEnumerable<ScoredPause> OfEnded(EngineState before, EngineState after) => before.IsInBlackout && !after.IsInBlackout
        ? Of(after, after.Pauses.Blackout is null ? before.PauseInVain : PauseKind.Blackout, after.LastBlackoutNanoseconds)
        : [];

    /// <summary>The pause that is not over at the end of a session.</summary>
    /// <param name="state">The last state.</param>
    /// <param name="nowNanoseconds">The monotonic clock.</param>
    public static IEnumerable<ScoredPause> OfOpen(EngineState state, long nowNanoseconds) =>
        state.BlackoutSinceNanoseconds is { } since ? Of(state, state.PauseInVain, nowNanoseconds - since) : [];

    private static IEnumerable<ScoredPause> Of(EngineState state, PauseKind kind, long nanoseconds)
    {
        var isCutOff = kind == PauseKind.FailedCommit && !state.IsDeadlineMissed;
        var isWhole = kind == PauseKind.Blackout;
        if (nanoseconds <= 0 || state.FirstGate is not { } first)
        {
            yield break;
        }

        if (IsPredicted(first) && (isWhole || isCutOff || nanoseconds / 1e9 > first.Decision.PredictedSeconds))
        {
            yield return new ScoredPause(BlackoutSpan.Whole, first.Decision.PredictedSeconds, MonotonicTime.Between(0, nanoseconds), isCutOff);
        }

        var afterGate = state.SecondGate is { } gate ? nanoseconds - (gate.AtNanoseconds - first.AtNanoseconds) : 0;
        if (kind != PauseKind.VainQuiesce && afterGate > 0 && state.SecondGate is { } second && IsPredicted(second)
            && (isWhole || isCutOff || afterGate / 1e9 > second.Decision.PredictedSeconds))
        {
            yield return new ScoredPause(BlackoutSpan.AfterQuiesce, second.Decision.PredictedSeconds, MonotonicTime.Between(0, afterGate), isCutOff);
        }
    }

    private static bool IsPredicted(GateDecision gate) => gate.Decision.PredictedSeconds is > 0 and < double.PositiveInfinity;
}
