namespace Planner.Service;

/// <summary>Something that is not as it was when a plan was made.</summary>
/// <param name="What">What, such as <c>machine vm1</c>.</param>
/// <param name="Planned">As it was planned.</param>
/// <param name="Now">As it is now.</param>
internal sealed record PlanDifference(string What, string Planned, string Now);
