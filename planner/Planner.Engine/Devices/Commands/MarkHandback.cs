namespace Planner.Engine;

/// <summary>Note in the journal that the machine, which had been handed over, belongs to the source again. Not answered.</summary>
public sealed record MarkHandback : EngineCommand;
