namespace Planner.Sessions;

/// <summary>One part of the blackout: what was predicted beside what happened.</summary>
/// <param name="Term">What it is, such as <c>arc RUNNING_P2P->STOP</c> or <c>transfer state</c>.</param>
/// <param name="Device">The device; null for what is not of one device.</param>
/// <param name="P50Seconds">The predicted median in seconds; null without samples.</param>
/// <param name="BoundSeconds">The predicted upper bound in seconds; null if the samples support none.</param>
/// <param name="ActualSeconds">What happened, in seconds; null if it did not come to that.</param>
public sealed record TermOutcome(string Term, string? Device, double? P50Seconds, double? BoundSeconds, double? ActualSeconds);
