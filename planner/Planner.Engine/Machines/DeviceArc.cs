using Planner.Measurements;

namespace Planner.Engine;

/// <summary>One arc that a hypervisor walked with a device while the guest stood still.</summary>
/// <param name="Side">On which side.</param>
/// <param name="Device">The device.</param>
/// <param name="Arc">The arc, or the arcs together where only their end was told.</param>
/// <param name="Took">How long it took.</param>
public readonly record struct DeviceArc(MigrationSide Side, string Device, Arc Arc, TimeSpan Took);
