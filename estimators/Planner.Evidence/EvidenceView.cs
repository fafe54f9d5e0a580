using Planner.Estimators;
using Planner.Measurements;

namespace Planner.Evidence;

/// <summary>What was known at a moment, for one share of misses. Immutable.</summary>
public sealed class EvidenceView
{
    private static readonly ClassEvidence NoClass = new();
    private static readonly LinkEvidence NoLink = new();

    private readonly Dictionary<string, ClassEvidence> _classes;
    private readonly Dictionary<string, LinkEvidence> _links;
    private readonly Dictionary<(string Class, BlackoutSpan Span, MomentKind Kind), PastBlackouts> _blackouts;

    internal EvidenceView(
        Dictionary<string, ClassEvidence> classes, Dictionary<string, LinkEvidence> links, Dictionary<(string Class, BlackoutSpan Span, MomentKind Kind), PastBlackouts> blackouts) =>
        (_classes, _links, _blackouts) = (classes, links, blackouts);

    /// <summary>What is known of a class.</summary>
    public ClassEvidence Of(string deviceClass) => _classes.GetValueOrDefault(deviceClass, NoClass);

    /// <summary>What is known of a link.</summary>
    public LinkEvidence Over(string link) => _links.GetValueOrDefault(link, NoLink);

    /// <summary>Past blackouts of the machines of a class, committed under whatever SLA class or rehearsed.</summary>
    /// <param name="deviceClass">The class.</param>
    /// <param name="span">The part of the blackout.</param>
    /// <param name="kind">Of which moments.</param>
    public PastBlackouts Blackouts(string deviceClass, BlackoutSpan span, MomentKind kind = MomentKind.Usual) => _blackouts.GetValueOrDefault((deviceClass, span, kind), PastBlackouts.None);

    /// <summary>What the other groups of a machine's class say about its next blackout: of each one, which it had after as many of its own as this machine has had.
    /// Groups that have had no more than that have none. In the order of their keys.</summary>
    /// <param name="key">The machine's own key.</param>
    /// <param name="span">The part of the blackout.</param>
    /// <param name="allowedMisses">The allowed share of misses; in (0, 1). Where the machine has enough of its own for it, the others are not asked.</param>
    public PastBlackouts OfLikeMachines(EvidenceKey key, BlackoutSpan span, double allowedMisses)
    {
        var own = key.Text;
        var past = Blackouts(own, span).Count;
        return past >= ScoreTable.RequiredScores(allowedMisses) ? PastBlackouts.None : new PastBlackouts(
        (PastBlackout[])[
            .. from kept in _blackouts
               where kept.Key.Span == span && kept.Key.Kind == MomentKind.Usual && kept.Value.Count > past && kept.Key.Class != own && EvidenceKey.IsOf(kept.Key.Class, key.Class)
               orderby kept.Key.Class
               select kept.Value[past],
        ]);
    }
}
