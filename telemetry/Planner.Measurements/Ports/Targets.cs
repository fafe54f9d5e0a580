namespace Planner.Measurements;

/// <summary>The one thing that is behind all addresses of it.</summary>
/// <param name="Scheme">The scheme of the driver that knows it.</param>
/// <param name="Name">What is the same in whatever way it is addressed, such as the path of a socket behind all links.</param>
public readonly record struct TargetIdentity(string Scheme, string Name);

/// <summary>A device or a hypervisor that a person named.</summary>
/// <param name="Address">The address in its driver's own form; journals and records keep it.</param>
/// <param name="Identity">What it stands for; null for a part of this process.</param>
public sealed record Target(string Address, TargetIdentity? Identity)
{
    /// <summary>The process of an open hypervisor, as in <see cref="HypervisorOffer.Process"/>; null for a device, or if it is not known.</summary>
    public string? Process { get; init; }
}
