namespace Planner.Simulation;

/// <summary>A scenario in which a promise was broken, without what does not matter for it.</summary>
/// <param name="Text">The scenario, as it is written.</param>
/// <param name="Broken">What was broken in it.</param>
/// <param name="History">What was seen.</param>
internal sealed record BrokenWorld(string Text, IReadOnlyList<BrokenPromise> Broken, WorldHistory History);
