namespace Planner.Service;

/// <summary>How far the outbox of an agent is kept.</summary>
/// <param name="Epoch">The life of the outbox.</param>
/// <param name="Number">The number of the last entry.</param>
internal sealed record AgentMark(string Epoch, long Number);
