using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>Writes down what happens in a session, and knows what is known.</summary>
internal interface ISessionScribe
{
    /// <summary>What decides now.</summary>
    /// <exception cref="InvalidSnapshotException">Something is known that cannot be.</exception>
    SwitchoverEvaluator Evaluator(EngineState state, long nowNanoseconds);

    /// <summary>The intended walk, for the journal.</summary>
    JournalHeader Header(EngineState state);

    /// <summary>Takes notice of what happened and what follows; called after the commands were given.</summary>
    /// <param name="before">The state before; null at the start.</param>
    /// <param name="happened">What happened; without meaning at the start.</param>
    /// <param name="step">What follows.</param>
    /// <param name="nowNanoseconds">When.</param>
    void Note(EngineState? before, SessionEvent happened, Step<EngineState> step, long nowNanoseconds);
}
