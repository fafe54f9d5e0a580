using Planner.Policies;

namespace Planner.Evaluation;

/// <summary>Commits where a rehearsal would, and keeps what the dirty syncs on the way there have shown.</summary>
internal sealed class SettlingRule(double withinSeconds) : ISwitchoverRule
{
    private readonly RehearsalRule _rehearsal = new(withinSeconds);
    private readonly List<DirtyWindowEvidence> _windows = [];

    public string Name => "settling";

    public double ExactBelowBytes => _rehearsal.ExactBelowBytes;

    /// <summary>The windows of observation, oldest first.</summary>
    public IReadOnlyList<DirtyWindowEvidence> Windows => _windows;

    public SwitchoverAction Consider(in PreCopyMoment moment)
    {
        if (moment.IsSync && moment.RoundSeconds > 0)
        {
            _windows.Add(new DirtyWindowEvidence(moment.RoundSeconds, moment.WrittenBytes));
        }

        return _rehearsal.Consider(moment);
    }
}
