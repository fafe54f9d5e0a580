using Planner.Estimators;

namespace Planner.Policies;

/// <summary>Makes one evaluator after another for one machine: where only samples have come since the last, only their terms are made again.</summary>
/// <remarks>Not for use by several threads at once; the evaluators are immutable.</remarks>
public sealed class EvaluatorBuilder
{
    // More windows would not make the curve better, and older ones tell of another time.
    private const int LatestDirtyWindows = 500;

    private PreparedSnapshot? _prepared;
    private Lazy<DirtyCurve?> _dirtyCurve = new(() => null);

    /// <summary>Builds an evaluator, with all that its decisions look at.</summary>
    /// <exception cref="InvalidSnapshotException">A value in the snapshot is impossible.</exception>
    public SwitchoverEvaluator Build(DecisionSnapshot snapshot)
    {
        var evaluator = Begin(snapshot);
        evaluator.Tables.Independent?.MakeReady();
        return evaluator;
    }

    /// <summary>Builds an evaluator whose first decisions may have to wait for what they look at.</summary>
    internal SwitchoverEvaluator Begin(DecisionSnapshot snapshot)
    {
        if (_prepared is null || !_prepared.TryTake(snapshot))
        {
            _prepared = null;
            if (SnapshotRules.FindProblem(snapshot) is { } problem)
            {
                throw new InvalidSnapshotException($"{problem.Path}: {problem.Text}");
            }

            _prepared = new PreparedSnapshot(snapshot);
            _dirtyCurve = new(() => DirtyCurve.Fit([.. (snapshot.Ram?.DirtyWindows ?? []).TakeLast(LatestDirtyWindows).Select(w => (w.Seconds, w.UniqueBytes))]));
        }

        var scores = _prepared.Scores();
        return new SwitchoverEvaluator(snapshot, _prepared, scores, _prepared.Tables(scores), _dirtyCurve);
    }
}
