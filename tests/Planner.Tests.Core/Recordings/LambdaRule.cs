using Planner.Policies;

namespace Planner.Tests.Recordings;

/// <summary>A rule for tests: commits where a condition holds, and states a bound if it has one.</summary>
internal sealed class LambdaRule(Func<PreCopyMoment, bool> commits, Func<PreCopyMoment, double>? bound = null) : IBoundedRule
{
    public string Name => "lambda";

    public double ExactBelowBytes => 0;

    public double BoundSeconds { get; private set; } = double.NaN;

    public SwitchoverAction Consider(in PreCopyMoment moment)
    {
        BoundSeconds = bound?.Invoke(moment) ?? double.NaN;
        return commits(moment) ? SwitchoverAction.Commit : SwitchoverAction.Wait;
    }
}
