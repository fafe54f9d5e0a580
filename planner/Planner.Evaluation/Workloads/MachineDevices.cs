namespace Planner.Evaluation;

/// <summary>The devices of a machine.</summary>
/// <param name="Name">The name in the file.</param>
/// <param name="Devices">The devices; none for a machine without.</param>
public sealed record MachineDevices(string Name, IReadOnlyList<DeviceWorkload> Devices)
{
    /// <summary>The state of all devices in bytes.</summary>
    public double StateBytes => Devices.Sum(d => (double)d.Count * d.StateBytes);
}
