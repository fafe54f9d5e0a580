using Planner.Documents;
using Planner.Engine;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>The decisions of one attempt from which something followed: commits, whatever turned the verdict, and those that the attempt ended on.</summary>
/// <param name="startedNanoseconds">When the attempt began, on the monotonic clock.</param>
internal sealed class DecisionLog(long startedNanoseconds)
{
    // Of many the first and the latest say what there is to say.
    private const int MostFirst = 8;
    private const int MostLatest = 24;

    private readonly List<GateDecision> _first = [];
    private readonly Queue<GateDecision> _latest = [];
    private GateDecision? _last;

    /// <summary>Notes a decision.</summary>
    public void Add(GateDecision decision)
    {
        // A stay after a stay changes nothing; the last one is the reason for the end.
        if (_last is { } before && (before.Gate != decision.Gate || before.Decision.Verdict != decision.Decision.Verdict || before.Decision.Verdict == Verdict.Commit))
        {
            Keep(before);
        }

        _last = decision;
    }

    /// <summary>What is kept of them, oldest first.</summary>
    /// <param name="deciding">Those that the attempt ended on, which need not have been told before; they are kept with their inputs.</param>
    public IReadOnlyList<AttemptDecision> Read(params IReadOnlyList<GateDecision?> deciding)
    {
        IEnumerable<GateDecision?> kept = [.. _first, .. _latest, _last, .. deciding];
        return [.. kept.OfType<GateDecision>().Distinct<GateDecision>(ReferenceEqualityComparer.Instance).OrderBy(gate => gate.AtNanoseconds).Select(gate => new AttemptDecision(
            gate.Gate,
            gate.Decision.Verdict,
            gate.Decision.Method,
            Span(gate.Decision.PredictedSeconds),
            Span(gate.Decision.BoundSeconds),
            MonotonicTime.Between(startedNanoseconds, Math.Max(startedNanoseconds, gate.AtNanoseconds)),
            gate.Evaluator.Explain(gate.Decision, gate.Moment).Reason + gate.Note,
            deciding.Any(d => ReferenceEquals(d, gate)) ? DecisionJson.WriteSnapshot(gate.Input()) : null))];
    }

    private void Keep(GateDecision decision)
    {
        if (_first.Count < MostFirst)
        {
            _first.Add(decision);
            return;
        }

        _latest.Enqueue(decision);
        if (_latest.Count > MostLatest)
        {
            _latest.Dequeue();
        }
    }

    /// <summary>A computed time; null where it is not known. What is longer than any machine runs is cut off.</summary>
    public static TimeSpan? Span(double seconds) => double.IsFinite(seconds) ? TimeSpan.FromSeconds(Math.Min(seconds, ValueLimits.LongestSeconds)) : null;
}
