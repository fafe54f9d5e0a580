using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>Commits without a promise, to gather evidence: at the first exact count that is no longer clearly smaller than the one before.</summary>
internal sealed class RehearsalRule(double withinSeconds) : ISwitchoverRule
{
    private const double Settled = 0.95;
    private const double SettledBySeconds = 60;
    private const double LastShare = 0.9;

    private double _last = double.PositiveInfinity;

    public string Name => "rehearsal";

    public double ExactBelowBytes => 0;

    /// <summary>The rates that were seen, one for every slot of the link.</summary>
    public List<double> Rates { get; } = [];

    public SwitchoverAction Consider(in PreCopyMoment moment)
    {
        if (!moment.IsSync)
        {
            Rates.Add(moment.BytesPerSecond);

            // Where the first round would take too long the guest is stopped in the middle of it, or nothing would ever be learned.
            return moment.ElapsedSeconds > LastShare * withinSeconds ? SwitchoverAction.Commit : SwitchoverAction.Wait;
        }

        var settled = moment.RamBytes >= Settled * _last || moment.ElapsedSeconds > SettledBySeconds;
        _last = moment.RamBytes;
        return settled ? SwitchoverAction.Commit : SwitchoverAction.Wait;
    }
}
