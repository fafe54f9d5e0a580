using Planner.Measurements;

namespace Planner.Engine;

/// <summary>Something the engine wants done. Commands to different devices run side by side.</summary>
public abstract record EngineCommand;

/// <summary>Write the intended walk down and sync it; answered by <see cref="JournalOpened"/> or <see cref="JournalFailed"/>.</summary>
public sealed record OpenJournal : EngineCommand;

/// <summary>Note in the journal that the guest may be stopped from now on, and wait until that is on the disk: in the blackout no disk is waited for. Not answered.</summary>
public sealed record MarkSwitchover : EngineCommand;

/// <summary>Note in the journal that the machine belongs to the destination from now on. Not answered.</summary>
public sealed record MarkHandover : EngineCommand;

/// <summary>Wake the engine at a moment; answered by <see cref="Woke"/>.</summary>
/// <param name="WakeAtNanoseconds">The moment on the monotonic clock.</param>
public sealed record WakeAt(long WakeAtNanoseconds) : EngineCommand;

/// <summary>The session is over.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">One sentence.</param>
public sealed record EndSession(MigrationOutcome Outcome, string Reason) : EngineCommand;
