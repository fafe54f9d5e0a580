namespace Planner.Cli;

/// <summary>What a dirty sync found left to send.</summary>
/// <param name="ElapsedSeconds">When, in seconds since the migration began.</param>
/// <param name="Bytes">What was left, in bytes.</param>
internal sealed record RemainingAt(double ElapsedSeconds, double Bytes);
