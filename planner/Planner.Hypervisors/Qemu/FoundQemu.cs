namespace Planner.Hypervisors;

/// <summary>A process of QEMU on this host.</summary>
/// <param name="Id">The process.</param>
/// <param name="Name">The machine's name; empty if it was given none.</param>
/// <param name="Address">Where its monitor is reached; null where it has none that others can reach.</param>
/// <param name="IsWaiting">Whether it was started to wait for a state from elsewhere; it may run by now.</param>
public sealed record FoundQemu(int Id, string Name, string? Address, bool IsWaiting);
