namespace Planner.Engine;

/// <summary>Write the intended walk down and sync it; answered by <see cref="JournalOpened"/> or <see cref="JournalFailed"/>.</summary>
public sealed record OpenJournal : EngineCommand;
