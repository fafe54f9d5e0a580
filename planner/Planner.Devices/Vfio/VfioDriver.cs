using Planner.Measurements;

namespace Planner.Devices;

/// <summary>What is known about a driver of the kernel beside what it tells itself.</summary>
public sealed record VfioDriver
{
    /// <summary>The name in device classes and messages, such as <c>mlx5</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The names that the kernel gives the driver, such as <c>mlx5_vfio_pci</c>; empty for the one that stands for all others.</summary>
    public required IReadOnlyList<string> KernelNames { get; init; }

    /// <summary>The arcs past which there is no cheap way back, best known first; the first one that a device's capabilities have counts.
    /// Empty for "not known".</summary>
    public IReadOnlyList<Arc> CommitArcs { get; init; } = [];

    /// <summary>What MIG_DATA_SIZE means.</summary>
    public DataSizeMeaning DataSizeMeaning { get; init; } = DataSizeMeaning.Maximum;

    /// <summary>How the driver takes a deadline. No kernel does today: the default does not ask.</summary>
    public DeadlineFeatureOptions Deadline { get; init; } = new() { Shape = DeadlineShape.None };

    /// <summary>What whoever plans with the driver should know, each in one sentence.</summary>
    public IReadOnlyList<string> Hazards { get; init; } = [];

    /// <summary>The commit point of a device with these capabilities.</summary>
    public Arc CommitArc(MigrationCapabilities capabilities)
    {
        foreach (var arc in CommitArcs)
        {
            if (MigrationStateMachine.IsSingleArc(arc, capabilities))
            {
                return arc;
            }
        }

        return DeviceOffer.CommitArcOfUnknownDriver(capabilities);
    }
}
