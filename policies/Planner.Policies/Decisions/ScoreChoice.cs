using Planner.Estimators;
using Planner.Evidence;

namespace Planner.Policies;

/// <summary>The scores that a bound is made from: those of the narrowest level that has enough, as wide as what comes may be unlike them.</summary>
/// <param name="Table">The scores.</param>
/// <param name="Past">The blackouts that they are of.</param>
internal sealed record ScoreChoice(ScoreTable Table, PastBlackouts Past)
{
    /// <summary>So many commits have to come before rehearsals speak for them.</summary>
    /// <remarks>Rehearsals run one after the other in one process, commits each in its own and whenever they are wanted. A drift between the two shows in the calibration
    /// after two to four of them (<see cref="AdaptiveConformal"/>).</remarks>
    public const int CommitsToTrust = 5;

    // Measured with rehearsals in one process and migrations in one each: 13.8 ms foretold, 20 ms happened.
    private const double RehearsedOnly = 1.5;

    // Measured with one busy process on two processors: 3.3 times as long on the median, 3.4 times the bound at the most.
    private const double BusyHost = 4;
    private const double BeyondWorst = 2;

    /// <summary>How many commits there are, up to <see cref="CommitsToTrust"/>, where rehearsals are more than those can speak for; null where that is not so.</summary>
    public int? CommitsAmongRehearsals { get; private init; }

    /// <summary>How many blackouts of a busy host are known, where the host is busy and they are too few; null where that is not so.</summary>
    public int? OnBusyHost { get; private init; }

    /// <summary>Whether all of them happened on a busy host, as the next one would.</summary>
    public bool IsOfBusyHost { get; private init; }

    /// <summary>Chooses.</summary>
    /// <param name="own">The machine's own on a host that is not busy.</param>
    /// <param name="ofLikeMachines">One of each group of machines like it; null for none.</param>
    /// <param name="onBusyHost">Its own on a busy host.</param>
    /// <param name="hostIsBusy">Whether the host is busy.</param>
    /// <param name="allowedMisses">The allowed share of misses; in (0, 1).</param>
    public static ScoreChoice Of(
        IReadOnlyList<PastBlackout> own, IReadOnlyList<PastBlackout>? ofLikeMachines, IReadOnlyList<PastBlackout> onBusyHost, bool hostIsBusy, double allowedMisses)
    {
        var usual = Narrowest(own, ofLikeMachines, allowedMisses);
        if (onBusyHost.Count == 0 && !hostIsBusy)
        {
            return usual;
        }

        var busy = Own(onBusyHost, allowedMisses) with { IsOfBusyHost = true };
        if (!hostIsBusy)
        {
            // What a busy host did errs on the long side.
            return !usual.Table.IsSupported && usual.Table.CutOff == 0 && busy.Table.IsSupported ? busy : usual;
        }

        // As of machines, one that failed ends that others speak for it.
        if (busy.Table is { IsSupported: true } or { CutOff: > 0 })
        {
            return busy;
        }

        if (!usual.Table.IsSupported)
        {
            return usual.Past.Count >= busy.Past.Count ? usual : busy;
        }

        var worst = busy.Past.Count > 0 ? BeyondWorst * busy.Table.Largest / usual.Table.Bound : 0;
        return usual with { Table = usual.Table with { Widening = usual.Table.Widening * Math.Max(BusyHost, worst) }, OnBusyHost = busy.Past.Count };
    }

    /// <summary>Others do not speak for a machine that has enough of its own, or whose own failed.</summary>
    private static ScoreChoice Narrowest(IReadOnlyList<PastBlackout> own, IReadOnlyList<PastBlackout>? ofLikeMachines, double allowedMisses)
    {
        var chosen = Own(own, allowedMisses);
        return chosen.Table.CutOff == 0 && chosen.Table.Count < ScoreTable.RequiredScores(allowedMisses) && ofLikeMachines is not null
            && PastBlackouts.Of(ofLikeMachines) is var others && others.TableOfGroups(allowedMisses) is { IsSupported: true } groups
            ? new ScoreChoice(groups, others)
            : chosen;
    }

    private static ScoreChoice Own(IReadOnlyList<PastBlackout> own, double allowedMisses)
    {
        var past = PastBlackouts.Of(own);
        var table = past.Table(allowedMisses);
        var commits = past.Commits(CommitsToTrust);
        return commits == past.Count || commits >= CommitsToTrust
            ? new ScoreChoice(table, past)
            : new ScoreChoice(table with { Widening = RehearsedOnly }, past) { CommitsAmongRehearsals = commits };
    }
}
