namespace Planner.Engine;

/// <summary>Something that happened to a session: the input of the engine.</summary>
public abstract record EngineEvent;

/// <summary>Somebody asks to give up. Honoured before the commit point only.</summary>
public sealed record CancelRequested : EngineEvent;

/// <summary>The intended walk is on the disk.</summary>
public sealed record JournalOpened : EngineEvent;

/// <summary>The journal could not be written.</summary>
/// <param name="Reason">One sentence.</param>
public sealed record JournalFailed(string Reason) : EngineEvent;

/// <summary>The moment of a <see cref="WakeAt"/> has come.</summary>
/// <param name="WakeAtNanoseconds">The moment that was asked for.</param>
public sealed record Woke(long WakeAtNanoseconds) : EngineEvent;
