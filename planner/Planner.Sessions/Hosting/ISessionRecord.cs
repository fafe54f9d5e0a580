using Planner.Engine;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Writes down what happens in a session.</summary>
/// <typeparam name="TState">The engine's state.</typeparam>
internal interface ISessionRecord<TState>
    where TState : SessionState
{
    /// <summary>The intended walk, for the journal.</summary>
    JournalHeader Header(TState state);

    /// <summary>Takes notice of what happened and what follows; called after the commands were given.</summary>
    /// <param name="before">The state before; null at the start.</param>
    /// <param name="happened">What happened; without meaning at the start.</param>
    /// <param name="step">What follows.</param>
    void Note(TState? before, SessionEvent happened, Step<TState> step);
}
