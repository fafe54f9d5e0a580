namespace Planner.Measurements;

/// <summary>The session enters a phase.</summary>
/// <param name="Phase">The phase.</param>
public sealed record PhaseEntered(SessionPhase Phase) : SessionNotice;
