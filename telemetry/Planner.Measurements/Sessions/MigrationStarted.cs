namespace Planner.Measurements;

/// <summary>A session begins.</summary>
/// <param name="Machine">The machine's name.</param>
/// <param name="Source">The source's address.</param>
/// <param name="Destination">The destination's address.</param>
/// <param name="SlaClass">The SLA class.</param>
/// <param name="Limit">The blackout limit.</param>
public sealed record MigrationStarted(string Machine, string Source, string Destination, string SlaClass, TimeSpan Limit) : SessionNotice;
