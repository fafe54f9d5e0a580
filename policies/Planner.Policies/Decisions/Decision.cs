using Planner.Measurements;

namespace Planner.Policies;

/// <summary>A decision as the hot path returns it: numbers only. <see cref="ExplainedDecision"/> has the words.</summary>
public readonly record struct Decision
{
    /// <summary>The verdict.</summary>
    public Verdict Verdict { get; init; }

    /// <summary>How the bound was found; null if there is no bound.</summary>
    public BoundMethod? Method { get; init; }

    /// <summary>Whether the bound is a direct one whose scores have just changed, so that it rests on few of them and is wider for it.</summary>
    public bool IsRecalibrating { get; init; }

    /// <summary>The model's point prediction that scores are taken against, in seconds; NaN if nothing is known.</summary>
    public double PredictedSeconds { get; init; }

    /// <summary>The median of the blackout, in seconds; NaN if nothing is known.</summary>
    public double P50Seconds { get; init; }

    /// <summary>The bound of the whole blackout, pauses included, in seconds; NaN if the evidence supports none.</summary>
    public double BoundSeconds { get; init; }

    /// <summary>The share of blackouts that would exceed the limit, as an upper limit at 95 %; NaN if the evidence supports none.</summary>
    public double MissProbability { get; init; }

    /// <summary>Index of the term that is the largest part of the blackout; -1 if there is none.</summary>
    public int DominantTerm { get; init; }

    /// <summary>The mildest limit of the dirty rate under which a later moment would fit, in bytes per second; NaN unless the verdict is throttle.</summary>
    public double DirtyRateLimitBytesPerSecond { get; init; }

    /// <summary>When to evaluate again, in seconds from now; NaN if there is no next evaluation.</summary>
    public double NextEvaluationSeconds { get; init; }

    /// <summary>The last moment at which a commit still completes in time, in seconds from now; NaN without a time limit.</summary>
    public double LastSafeCommitSeconds { get; init; }
}
