namespace Planner.Engine;

/// <summary>Something that happened to a session: the input of the engine.</summary>
public abstract record EngineEvent;
