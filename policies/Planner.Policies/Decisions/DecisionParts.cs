namespace Planner.Policies;

/// <summary>A predicted blackout. What the evidence does not support is null.</summary>
/// <param name="P50Seconds">The median in seconds.</param>
/// <param name="BoundSeconds">The bound at the asked confidence in seconds.</param>
/// <param name="MissProbability">The share of blackouts that would exceed the limit, as an upper limit at 95 %.</param>
/// <param name="Method">direct, union or independent.</param>
public sealed record BlackoutEstimate(double? P50Seconds, double? BoundSeconds, double? MissProbability, string? Method)
{
    /// <summary>Whether blackouts have become longer of late than chance explains, so that the bound rests on few of them and is wider for it.</summary>
    public bool Recalibrating { get; init; }

    /// <summary>By what factor the bound is wider than past blackouts make it, since what comes may be unlike them: then it claims no share. Null if it is not.</summary>
    public double? WidenedBy { get; init; }
}

/// <summary>How much evidence there is.</summary>
/// <param name="Have">Samples there are.</param>
/// <param name="Need">Samples that are needed for a bound.</param>
/// <param name="Of">What is counted, in words.</param>
public sealed record EvidenceCount(long Have, long Need, string Of)
{
    /// <summary>How many of the blackouts were committed under a promise, which selected their moments; null where it is not blackouts that count.</summary>
    public int? Commits { get; init; }

    /// <summary>How many were rehearsed; null where it is not blackouts that count.</summary>
    public int? Rehearsals { get; init; }
}

/// <summary>One part of the blackout.</summary>
/// <param name="Term">What it is, such as <c>arc RUNNING_P2P->STOP</c> or <c>transfer ram</c>.</param>
/// <param name="Device">The device; null for what is not of one device.</param>
/// <param name="P50Seconds">The median in seconds; null without samples.</param>
/// <param name="BoundSeconds">The upper bound at this term's share of the allowed misses; null if the samples do not support one.</param>
/// <param name="Samples">How many samples there are.</param>
public sealed record TermEstimate(string Term, string? Device, double? P50Seconds, double? BoundSeconds, int Samples);
