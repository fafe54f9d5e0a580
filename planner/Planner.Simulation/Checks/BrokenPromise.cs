namespace Planner.Simulation;

/// <summary>A promise that was broken.</summary>
/// <param name="Checker">The checker that saw it.</param>
/// <param name="What">What it saw.</param>
internal sealed record BrokenPromise(string Checker, string What);
