namespace Planner.Policies;

/// <summary>What decides at the two kinds of moments.</summary>
/// <param name="All">From the past blackouts of all moments.</param>
/// <param name="Calm">From those of calm moments alone.</param>
/// <param name="Rough">From those of the other moments alone.</param>
public sealed record MomentEvaluators(SwitchoverEvaluator All, SwitchoverEvaluator Calm, SwitchoverEvaluator Rough)
{
    /// <summary>What decides at a moment of a kind.</summary>
    /// <remarks>While there are too few calm blackouts all of them stand in: that errs on the long side. The other way round it would not.</remarks>
    public SwitchoverEvaluator For(bool isCalm) => !isCalm ? Rough : Calm.Tables.Scores.IsSupported ? Calm : All;
}
