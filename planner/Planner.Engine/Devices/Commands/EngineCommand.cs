namespace Planner.Engine;

/// <summary>Something the engine wants done. Commands to different devices run side by side.</summary>
public abstract record EngineCommand;
