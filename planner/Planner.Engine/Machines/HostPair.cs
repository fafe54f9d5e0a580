using Planner.Measurements;

namespace Planner.Engine;

/// <summary>The hosts that a machine goes between, by their names. The way back is the same pair.</summary>
/// <param name="One">One host; empty if it has no name.</param>
/// <param name="Other">The other.</param>
public sealed record HostPair(string One, string Other)
{
    /// <summary>The kind of link that lies between them: a migration within one host crosses no network.</summary>
    public string Kind => One == Other ? "within a host" : "between hosts";

    /// <inheritdoc/>
    public override string ToString() => EvidenceKey.Pair(Named(One), Named(Other), "-");

    private static string Named(string host) => host.Length > 0 ? host : "unknown";
}
