using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>A fault of a simulated device: an arc that sometimes fails.</summary>
/// <param name="Arc">The single arc that fails.</param>
/// <param name="Errno">The error number it fails with.</param>
/// <param name="Probability">How likely each run of the arc fails, from 0 to 1.</param>
/// <param name="LeavesState">The state that the device is left in; ERROR is left only by a reset.</param>
public sealed record ArcFault(Arc Arc, Errno Errno, double Probability, DeviceState LeavesState);
