using Planner.Evidence;
using Planner.Measurements;

namespace Planner.Policies;

/// <summary>What decides at the two kinds of moments.</summary>
public sealed class MomentEvaluators
{
    private readonly SwitchoverEvaluator _calm;
    private readonly SwitchoverEvaluator _rough;

    /// <summary>For moments of one kind.</summary>
    public MomentEvaluators(SwitchoverEvaluator all) => All = _calm = _rough = all;

    /// <summary>Builds them.</summary>
    /// <param name="evaluators">Builds evaluators for the machine.</param>
    /// <param name="snapshot">What is known, with the past blackouts of all moments.</param>
    /// <param name="view">Where those of each kind are.</param>
    /// <param name="key">The text of the key that they are kept under.</param>
    /// <exception cref="InvalidSnapshotException">A value in the snapshot is impossible.</exception>
    /// <remarks>While there are too few blackouts of either kind for a bound, all of them stand in. At calm moments that errs on the long side; at rough ones
    /// it would not, once calm moments no longer need it: from then on these need their own. On a busy host it does not matter what the link is.</remarks>
    public MomentEvaluators(EvaluatorBuilder evaluators, DecisionSnapshot snapshot, EvidenceView view, string key)
    {
        All = evaluators.Build(snapshot);
        if (snapshot.HostIsBusy)
        {
            _calm = _rough = All;
            return;
        }

        var (calm, rough) = (view.Blackouts(key, BlackoutSpan.Whole, MomentKind.Calm), view.Blackouts(key, BlackoutSpan.Whole, MomentKind.Rough));
        var (hasCalm, hasRough) = (calm.Table(All.Sla.AllowedMisses).IsSupported, rough.Table(All.Sla.AllowedMisses).IsSupported);
        _calm = hasCalm ? evaluators.Build(snapshot with { PastBlackouts = calm }) : All;
        _rough = hasCalm || hasRough ? evaluators.Build(snapshot with { PastBlackouts = rough, PastBlackoutsOfLikeMachines = null }) : All;
    }

    /// <summary>From the past blackouts of all moments.</summary>
    public SwitchoverEvaluator All { get; }

    /// <summary>What decides at a moment of a kind.</summary>
    public SwitchoverEvaluator For(bool isCalm) => isCalm ? _calm : _rough;
}
