using Planner.Policies;

namespace Planner.Tests.Workloads;

/// <summary>Notes all moments, and does what a test says.</summary>
internal sealed class NotingRule(Func<PreCopyMoment, SwitchoverAction> act, double exactBelowBytes = 0) : ISwitchoverRule
{
    public string Name => "noting";

    public double ExactBelowBytes => exactBelowBytes;

    public List<PreCopyMoment> Moments { get; } = [];

    public IEnumerable<PreCopyMoment> Syncs => Moments.Where(m => m.IsSync);

    public SwitchoverAction Consider(in PreCopyMoment moment)
    {
        Moments.Add(moment);
        return act(moment);
    }
}
