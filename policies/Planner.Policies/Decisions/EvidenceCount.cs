namespace Planner.Policies;

/// <summary>How much evidence there is.</summary>
/// <param name="Have">Samples there are.</param>
/// <param name="Need">Samples that are needed for a bound.</param>
/// <param name="Of">What is counted, in words.</param>
public sealed record EvidenceCount(long Have, long Need, string Of);
