namespace Planner.Policies;

/// <summary>One part of the blackout.</summary>
/// <param name="Term">What it is, such as <c>arc RUNNING_P2P->STOP</c> or <c>transfer ram</c>.</param>
/// <param name="Device">The device; null for what is not of one device.</param>
/// <param name="P50Seconds">The median in seconds; null without samples.</param>
/// <param name="BoundSeconds">The upper bound at this term's share of the allowed misses; null if the samples do not support one.</param>
/// <param name="Samples">How many samples there are.</param>
public sealed record TermEstimate(string Term, string? Device, double? P50Seconds, double? BoundSeconds, int Samples);
