namespace Planner.Engine;

/// <summary>End all rounds and streams early; each answers as if it had failed, or ends well if it was just done.</summary>
public sealed record StopStreams : EngineCommand;
