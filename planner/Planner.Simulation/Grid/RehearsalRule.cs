using Planner.Policies;

namespace Planner.Simulation;

/// <summary>Commits without a promise, to gather evidence: at the first exact count that no longer gets clearly smaller.</summary>
internal sealed class RehearsalRule(SwitchoverEvaluator evaluator) : ISwitchoverRule
{
    private const double Settled = 0.95;
    private const double LongestSeconds = 60;

    private double _last = double.PositiveInfinity;

    public string Name => "rehearsal";

    public double ExactBelowBytes => 0;

    /// <summary>The prediction at the last moment; NaN while nothing is known.</summary>
    public double PredictedSeconds { get; private set; } = double.NaN;

    public SwitchoverAction Consider(in PreCopyMoment moment)
    {
        if (!moment.IsSync)
        {
            return SwitchoverAction.Wait;
        }

        PredictedSeconds = evaluator.Decide(new DecisionMoment(moment.ElapsedSeconds, 0, (long)moment.RamBytes, (long)moment.StateBytes, Quiesced: false)).PredictedSeconds;
        var settled = moment.RamBytes >= Settled * _last || moment.ElapsedSeconds > LongestSeconds;
        _last = moment.RamBytes;
        return settled ? SwitchoverAction.Commit : SwitchoverAction.Wait;
    }
}
