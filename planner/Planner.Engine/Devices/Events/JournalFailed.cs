namespace Planner.Engine;

/// <summary>The journal could not be written.</summary>
/// <param name="Reason">One sentence.</param>
public sealed record JournalFailed(string Reason) : EngineEvent;
