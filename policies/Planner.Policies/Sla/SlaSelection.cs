namespace Planner.Policies;

/// <summary>Which SLA class a machine is of.</summary>
public static class SlaSelection
{
    /// <summary>The class whose selector names most of a machine's labels; of several the strictest: the one with the shortest limit, then the first by name.</summary>
    /// <param name="policies">The classes.</param>
    /// <param name="labels">The machine's labels.</param>
    /// <returns>Null if no class selects the machine.</returns>
    public static SlaPolicy? Find(IEnumerable<SlaPolicy> policies, IReadOnlyDictionary<string, string> labels) => policies
        .Where(p => Selects(p.Selector, labels))
        .OrderByDescending(p => p.Selector.Count).ThenBy(p => p.BlackoutLimit).ThenBy(p => p.Name, StringComparer.Ordinal)
        .FirstOrDefault();

    /// <summary>Whether labels are all there with their values. No selector selects everything.</summary>
    /// <param name="selector">The labels that are asked for.</param>
    /// <param name="labels">Those that are there.</param>
    public static bool Selects(IReadOnlyDictionary<string, string> selector, IReadOnlyDictionary<string, string> labels) =>
        selector.All(wanted => labels.TryGetValue(wanted.Key, out var value) && value == wanted.Value);
}
