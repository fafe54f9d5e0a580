namespace Planner.Policies;

/// <summary>Commits at the first exact count whose bound fits the limit.</summary>
/// <remarks>
/// Between syncs the remaining bytes are a guess, so nothing is decided there. A round that ends early does not make the remaining bytes
/// fewer: within a round the sum of what is unsent and what was written since is at least that at the round's end, because new bytes become
/// dirty at a falling rate. So the rule waits for ends of rounds.
/// </remarks>
public sealed class EarliestRule : IBoundedSwitchoverRule
{
    private readonly SwitchoverEvaluator _evaluator;

    /// <summary>Makes a rule for one migration.</summary>
    /// <param name="evaluator">What decides; made from the evidence before the migration.</param>
    public EarliestRule(SwitchoverEvaluator evaluator) => _evaluator = evaluator;

    /// <inheritdoc/>
    public string Name => "earliest";

    /// <inheritdoc/>
    public double ExactBelowBytes => 0;

    /// <inheritdoc/>
    public Decision Last { get; private set; } = new() { BoundSeconds = double.NaN };

    /// <inheritdoc/>
    public SwitchoverAction Consider(in PreCopyMoment moment)
    {
        if (!moment.IsSync)
        {
            return SwitchoverAction.Wait;
        }

        Last = _evaluator.Decide(new DecisionMoment(moment.ElapsedSeconds, 0, (long)Math.Ceiling(moment.RamBytes), (long)moment.StateBytes, Quiesced: false));
        return Last.Verdict switch
        {
            Planner.Measurements.Verdict.Commit => SwitchoverAction.Commit,
            Planner.Measurements.Verdict.Abort => SwitchoverAction.Abort,
            _ => SwitchoverAction.Wait,
        };
    }
}
