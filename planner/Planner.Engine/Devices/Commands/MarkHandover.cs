namespace Planner.Engine;

/// <summary>Note in the journal that the machine belongs to the destination from now on. Not answered.</summary>
public sealed record MarkHandover : EngineCommand;
