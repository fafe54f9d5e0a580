namespace Planner.Evaluation;

/// <summary>What Cloud Hypervisor's rule can be told beside its downtime (Cloud Hypervisor v53, ae44c297 of August 2026).</summary>
public sealed record CloudHypervisorOptions
{
    /// <summary>Seconds of pre-copy after which it gives up waiting (<c>timeout_s</c>).</summary>
    public double TimeoutSeconds { get; init; } = 3600;

    /// <summary>Whether the guest is stopped at the timeout whatever the estimate says (<c>timeout_strategy</c> <c>ignore</c>), rather than the
    /// migration given up (<c>cancel</c>).</summary>
    public bool CommitsAtTimeout { get; init; }
}
