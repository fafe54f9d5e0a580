using System.Collections.Immutable;

namespace Planner.Engine;

/// <summary>What an event leads to, in either engine.</summary>
/// <param name="State">The state afterwards.</param>
/// <param name="Commands">What is to be done now, in order.</param>
/// <typeparam name="TState">The engine's state.</typeparam>
public readonly record struct Step<TState>(TState State, ImmutableArray<EngineCommand> Commands);
