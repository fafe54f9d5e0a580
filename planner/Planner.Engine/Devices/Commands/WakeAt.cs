namespace Planner.Engine;

/// <summary>Wake the engine at a moment; answered by <see cref="Woke"/>.</summary>
/// <param name="WakeAtNanoseconds">The moment on the monotonic clock.</param>
public sealed record WakeAt(long WakeAtNanoseconds) : EngineCommand;
