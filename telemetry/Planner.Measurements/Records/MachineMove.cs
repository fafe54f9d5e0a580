namespace Planner.Measurements;

/// <summary>A machine went from one place to another.</summary>
/// <param name="Source">The addresses that it left, as <see cref="MigrationAttempt.Source"/> has them.</param>
/// <param name="Destination">Those where it ran then.</param>
/// <param name="At">When.</param>
public sealed record MachineMove(string Source, string Destination, DateTimeOffset At);
