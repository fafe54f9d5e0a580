namespace Planner.Agent;

/// <summary>A machine that runs on a host, or that waits there for its state.</summary>
/// <param name="Name">What its hypervisor calls it; empty if it has no name.</param>
/// <param name="Target">The address of its monitor; null where it has none that can be reached.</param>
/// <param name="Process">Its process.</param>
/// <param name="IsWaiting">Whether it was started to wait for a state from elsewhere; it may run by now.</param>
public sealed record MachineOnHost(string Name, string? Target, int Process, bool IsWaiting);
