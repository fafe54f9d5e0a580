namespace Planner.Cli;

/// <summary>What <c>recover</c> prints about a machine as JSON.</summary>
internal sealed record RecoveryReport(string AttemptId, string Machine, string Outcome, string Reason)
{
    public string Kind { get; } = "recovery";
}
