using Planner.Estimators;
using Planner.Policies;

namespace Planner.Fleet;

/// <summary>What the duration and the blackout of a machine's move depend on. Machines that are alike share one.</summary>
internal sealed class MachineShape(double memoryBytes, DirtyMemory? dirty, SlaPolicy? sla, DeviceBlackout devices)
{
    public double MemoryBytes => memoryBytes;

    /// <summary>What is written in a time; null if it is not known.</summary>
    public DirtyCurve? Dirty { get; } = dirty is null ? null : DirtyCurve.Of(dirty.WorkingSetBytes, dirty.TimeConstantSeconds);

    /// <summary>What is promised; null for nothing.</summary>
    public SlaPolicy? Sla => sla;

    public DeviceBlackout Devices => devices;
}
