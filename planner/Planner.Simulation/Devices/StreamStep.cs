using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>What one read from or write to a migration stream does.</summary>
/// <param name="Count">The bytes moved.</param>
/// <param name="Errno">EINVAL if the state allows no such call, otherwise none.</param>
/// <param name="EndNanoseconds">When the call ends.</param>
public readonly record struct StreamStep(int Count, Errno Errno, long EndNanoseconds);
