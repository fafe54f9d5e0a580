using Planner.Measurements;

namespace Planner.Engine;

/// <summary>The session is over.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">One sentence.</param>
public sealed record EndSession(MigrationOutcome Outcome, string Reason) : EngineCommand;
