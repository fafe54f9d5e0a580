using Planner.Measurements;

namespace Planner.Policies;

/// <summary>Commits at the first exact count whose bound fits the limit.</summary>
internal sealed class EarliestRule : IPlannerRule
{
    private readonly RuleMoments _moments;

    /// <summary>Makes a rule for one migration.</summary>
    /// <param name="moments">What is known before the migration.</param>
    public EarliestRule(RuleMoments moments) => _moments = moments;

    /// <inheritdoc/>
    public string Name => "earliest";

    /// <inheritdoc/>
    public RuleMoments Moments => _moments;

    /// <inheritdoc/>
    public SwitchoverAction Consider(in PreCopyMoment moment)
    {
        if (!_moments.Decide(moment))
        {
            return SwitchoverAction.Wait;
        }

        return _moments.Last.Verdict switch
        {
            Verdict.Commit => SwitchoverAction.Commit,
            Verdict.Abort => SwitchoverAction.Abort,
            _ => SwitchoverAction.Wait,
        };
    }
}
