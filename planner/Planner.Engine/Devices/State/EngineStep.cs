using System.Collections.Immutable;

namespace Planner.Engine;

/// <summary>What an event leads to.</summary>
/// <param name="State">The state afterwards.</param>
/// <param name="Commands">What is to be done now, in order.</param>
public readonly record struct EngineStep(EngineState State, ImmutableArray<EngineCommand> Commands);
