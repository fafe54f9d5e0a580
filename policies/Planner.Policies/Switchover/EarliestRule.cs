using Planner.Measurements;

namespace Planner.Policies;

/// <summary>Commits at the first exact count whose bound fits the limit.</summary>
public sealed class EarliestRule : IPlannerRule
{
    private readonly RuleMoments _moments;

    /// <summary>Makes a rule for one migration.</summary>
    /// <param name="moments">What is known before the migration.</param>
    public EarliestRule(RuleMoments moments) => _moments = moments;

    /// <inheritdoc/>
    public string Name => "earliest";

    /// <inheritdoc/>
    public double ExactBelowBytes => _moments.ExactBelowBytes;

    /// <inheritdoc/>
    public Decision Last => _moments.Last;

    /// <inheritdoc/>
    public bool LastIsCalm => _moments.LastIsCalm;

    /// <inheritdoc/>
    public double LastStretch => _moments.LastStretch;

    /// <inheritdoc/>
    public int Unbounded => _moments.Unbounded;

    /// <inheritdoc/>
    public SwitchoverAction Consider(in PreCopyMoment moment)
    {
        if (!_moments.Decide(moment))
        {
            return SwitchoverAction.Wait;
        }

        return Last.Verdict switch
        {
            Verdict.Commit => SwitchoverAction.Commit,
            Verdict.Abort => SwitchoverAction.Abort,
            _ => SwitchoverAction.Wait,
        };
    }
}
