namespace Planner.Service;

/// <summary>A call is refused. The message says why and what to do.</summary>
/// <param name="status">The status of HTTP.</param>
/// <param name="message">One sentence.</param>
internal sealed class RefusedException(int status, string message) : Exception(message)
{
    /// <summary>The status of HTTP.</summary>
    public int Status => status;

    /// <summary>The scope that is missing; null if it is not that.</summary>
    public string? Scope { get; init; }

    /// <summary>What is not as the caller took it to be; empty if it is not that.</summary>
    public IReadOnlyList<PlanDifference> Differences { get; init; } = [];

    /// <summary>What would change it; null if the message says so.</summary>
    public string? CheapestChange { get; init; }
}
