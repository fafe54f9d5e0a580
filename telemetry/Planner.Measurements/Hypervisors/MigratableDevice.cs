namespace Planner.Measurements;

/// <summary>A passed-through device of a machine, as its hypervisor shows it.</summary>
public sealed record MigratableDevice
{
    /// <summary>The device's name in the machine, such as <c>dev0</c>; its path in the machine if it was given none.</summary>
    public required string Name { get; init; }

    /// <summary>The machine that it is in, by its name or its monitor's address; null if that is not told.</summary>
    public string? Machine { get; init; }

    /// <summary>What it is: PCI vendor, device, subsystem vendor and subsystem as in <c>15b3:101e:15b3:0063</c>; null if that is not told.</summary>
    public string? Model { get; init; }

    /// <summary>The kernel's driver behind it, such as <c>mlx5_vfio_pci</c>; null if that is not known.</summary>
    public string? Driver { get; init; }

    /// <summary>The revision or firmware as the host shows it, such as <c>01</c>; null if that is not known.</summary>
    public string? Firmware { get; init; }

    /// <summary>Where it is on the host: a PCI address or a folder in sysfs; null if that is not told.</summary>
    public string? HostAddress { get; init; }

    /// <summary>Whether the hypervisor tells when the device has walked an arc; null if that could not be asked, which is not a no.</summary>
    public bool? TellsArcs { get; init; }

    /// <summary>Whether it may migrate, in the hypervisor's word: <c>on</c>, <c>off</c> or <c>auto</c>; null if that is not told.</summary>
    public string? Migration { get; init; }

    /// <summary>Whether the device's own log of the pages that it writes is used, where it has one; null if that is not told.</summary>
    public bool? TracksDirtyPages { get; init; }

    /// <summary>Whether its state is read and loaded by several threads at once.</summary>
    public bool UsesParallelTransfer { get; init; }

    /// <summary>What devices with like arcs have in common: driver, model and firmware, such as <c>mlx5_vfio_pci/15b3:101e:15b3:0063/00</c>.
    /// A device of which nothing is known has only its own place, and shares what is known of it with no other.</summary>
    public string Class => Model is null && Driver is null ? $"unknown/{HostAddress ?? (Machine is null ? Name : $"{Name} of {Machine}")}" : $"{Driver ?? "vfio"}/{Model ?? "unknown"}{(Firmware is null ? "" : $"/{Firmware}")}";
}
