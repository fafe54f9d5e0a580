using Planner.Engine;

namespace Planner.Sessions;

/// <summary>An event for the engine, with what was measured about it.</summary>
/// <param name="Event">The event.</param>
/// <param name="Transfer">The transfer that it is about; null if it is about none.</param>
internal readonly record struct SessionEvent(EngineEvent Event, TransferResult? Transfer = null);
