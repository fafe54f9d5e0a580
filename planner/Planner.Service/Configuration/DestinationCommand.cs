namespace Planner.Service;

/// <summary>A command of this host that makes the destination of a machine. Machines name it; what it runs stands in the service's own file alone.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Run">The program, an absolute path, and its arguments. <c>{machine}</c>, <c>{node}</c>, <c>{address}</c> (of the node) and <c>{source}</c> in them are replaced; no shell reads them.</param>
/// <param name="Timeout">How long it may take; then it is ended.</param>
/// <param name="Environment">All that its environment holds.</param>
internal sealed record DestinationCommand(string Name, IReadOnlyList<string> Run, TimeSpan Timeout, IReadOnlyDictionary<string, string> Environment);
