namespace Planner.Engine;

/// <summary>The moment of a <see cref="WakeAt"/> has come.</summary>
/// <param name="WakeAtNanoseconds">The moment that was asked for.</param>
public sealed record Woke(long WakeAtNanoseconds) : EngineEvent;
