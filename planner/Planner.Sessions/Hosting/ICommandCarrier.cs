using Planner.Engine;

namespace Planner.Sessions;

/// <summary>Carries out what one of the engines commands: walks devices, or has hypervisors do it.</summary>
/// <typeparam name="TState">The engine's state.</typeparam>
internal interface ICommandCarrier<TState> : IAsyncDisposable
{
    /// <summary>Begins to carry a command out, and does not wait for it. If it throws, nothing will answer the command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="state">The state that it comes from.</param>
    /// <param name="now">The monotonic clock.</param>
    void Carry(EngineCommand command, TState state, long now);

    /// <summary>What follows from an event at once, before any other event; null for nothing.</summary>
    EngineEvent? Consider(TState state, EngineEvent happened) => null;
}
