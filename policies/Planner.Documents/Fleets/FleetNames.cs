namespace Planner.Documents;

/// <summary>What a fleet's file may name beside what is in it.</summary>
/// <param name="Classes">The SLA classes.</param>
/// <param name="IsProfile">Whether there is a device profile of a name; may throw a <see cref="DocumentException"/> for one that cannot be read.</param>
public sealed record FleetNames(IReadOnlyCollection<string> Classes, Func<string, bool> IsProfile);
