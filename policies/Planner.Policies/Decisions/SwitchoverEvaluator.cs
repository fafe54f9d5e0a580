namespace Planner.Policies;

/// <summary>A snapshot made ready: tables are built once, and then every evaluation is a few look-ups without allocation.</summary>
public sealed class SwitchoverEvaluator
{
    private SwitchoverEvaluator(DecisionSnapshot snapshot) => Snapshot = snapshot;

    /// <summary>The snapshot the tables were built from.</summary>
    public DecisionSnapshot Snapshot { get; }

    /// <summary>Builds the tables.</summary>
    /// <exception cref="InvalidSnapshotException">A value in the snapshot is impossible.</exception>
    public static SwitchoverEvaluator Prepare(DecisionSnapshot snapshot) => new(snapshot);

    /// <summary>The moment that the snapshot itself describes.</summary>
    public DecisionMoment Moment => throw new NotSupportedException(Snapshot.ToString());

    /// <summary>Decides. Allocates nothing.</summary>
    public Decision Decide(in DecisionMoment moment) => throw new NotSupportedException(Snapshot.ToString());

    /// <summary>The upper bound of the time from the commit to the end of the arcs that lead past the commit point is left
    /// to the device; this is the bound of everything after them, in seconds, for a deadline: NaN if there is none.</summary>
    public double BoundAfterCommitArcsSeconds(in DecisionMoment moment) => throw new NotSupportedException(Snapshot.ToString());

    /// <summary>Puts a decision into words, with its terms and what would make a commit possible.</summary>
    public ExplainedDecision Explain(in Decision decision, in DecisionMoment moment) => throw new NotSupportedException(Snapshot.ToString());
}
