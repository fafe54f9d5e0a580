namespace Planner.Measurements;

/// <summary>The session is over.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Blackout">How long the guest did not run in all.</param>
/// <param name="Limit">The blackout limit.</param>
/// <param name="Reason">One sentence.</param>
public sealed record MigrationEnded(MigrationOutcome Outcome, TimeSpan Blackout, TimeSpan Limit, string Reason) : SessionNotice;
