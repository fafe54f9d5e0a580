using System.Collections.Immutable;

namespace Planner.Engine;

/// <summary>Something that happened to a session: the input of the engine.</summary>
public abstract record EngineEvent;

/// <summary>Somebody asks to give up. Honoured before the commit point only.</summary>
public sealed record CancelRequested : EngineEvent;

/// <summary>Somebody asks again to give up, and is in a hurry: the way back is taken, but who is not needed for it is hardly waited for.</summary>
public sealed record HurryRequested : EngineEvent;

/// <summary>The intended walk is on the disk.</summary>
public sealed record JournalOpened : EngineEvent;

/// <summary>The journal could not be written.</summary>
/// <param name="Reason">One sentence.</param>
public sealed record JournalFailed(string Reason) : EngineEvent;

/// <summary>The moment of a <see cref="WakeAt"/> has come.</summary>
/// <param name="WakeAtNanoseconds">The moment that was asked for.</param>
public sealed record Woke(long WakeAtNanoseconds) : EngineEvent;

/// <summary>What carries the engine out has failed in a way that nobody foresaw. It leads home like any other failure.</summary>
/// <param name="Unanswered">The commands that will not be answered because of it: it is not known whether they were carried out, but
/// nothing that was to be done after a <see cref="MarkHandover"/> among them was.</param>
/// <param name="Reason">Why, as a part of a sentence.</param>
public sealed record ShellFailed(ImmutableArray<EngineCommand> Unanswered, string Reason) : EngineEvent
{
    /// <summary>Whether a handover was to be written down: nothing has been told to run on the destination then, though the mark may stand in the journal.</summary>
    internal bool HasHandover => Unanswered.Any(c => c is MarkHandover);
}
