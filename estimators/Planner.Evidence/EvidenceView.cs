using Planner.Measurements;

namespace Planner.Evidence;

/// <summary>What was known at a moment, for one share of misses. Immutable.</summary>
public sealed class EvidenceView
{
    private static readonly ClassEvidence NoClass = new();
    private static readonly LinkEvidence NoLink = new();

    private readonly Dictionary<string, ClassEvidence> _classes;
    private readonly Dictionary<string, LinkEvidence> _links;
    private readonly Dictionary<(string Class, BlackoutSpan Span, bool? Calm), PastBlackouts> _blackouts;

    internal EvidenceView(
        Dictionary<string, ClassEvidence> classes, Dictionary<string, LinkEvidence> links, Dictionary<(string Class, BlackoutSpan Span, bool? Calm), PastBlackouts> blackouts) =>
        (_classes, _links, _blackouts) = (classes, links, blackouts);

    /// <summary>What is known of a class.</summary>
    public ClassEvidence Of(string deviceClass) => _classes.GetValueOrDefault(deviceClass, NoClass);

    /// <summary>What is known of a link.</summary>
    public LinkEvidence Over(string link) => _links.GetValueOrDefault(link, NoLink);

    /// <summary>Past blackouts of the machines of a class, committed under whatever SLA class or rehearsed.</summary>
    /// <param name="deviceClass">The class.</param>
    /// <param name="span">The part of the blackout.</param>
    /// <param name="calm">Those of calm moments, of rough ones, or, with null, all, also where nobody looked at the link.</param>
    public PastBlackouts Blackouts(string deviceClass, BlackoutSpan span, bool? calm = null) => _blackouts.GetValueOrDefault((deviceClass, span, calm), PastBlackouts.None);
}
