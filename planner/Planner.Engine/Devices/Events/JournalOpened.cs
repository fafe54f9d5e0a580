namespace Planner.Engine;

/// <summary>The intended walk is on the disk.</summary>
public sealed record JournalOpened : EngineEvent;
