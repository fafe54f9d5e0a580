namespace Planner.Engine;

/// <summary>Somebody asks to give up. Honoured before the commit point only.</summary>
public sealed record CancelRequested : EngineEvent;
