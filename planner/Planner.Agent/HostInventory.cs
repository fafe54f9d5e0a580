namespace Planner.Agent;

/// <summary>The machines on a host.</summary>
/// <param name="IsWhole">Whether every process could be looked at, so that no machine was missed.</param>
/// <param name="Machines">The machines.</param>
public sealed record HostInventory(bool IsWhole, IReadOnlyList<MachineOnHost> Machines);
