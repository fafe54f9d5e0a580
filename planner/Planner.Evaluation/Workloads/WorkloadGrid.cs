namespace Planner.Evaluation;

/// <summary>Which combinations are evaluated: all of them.</summary>
/// <param name="Memory">Memory workloads.</param>
/// <param name="Links">Links.</param>
/// <param name="Devices">Devices.</param>
/// <param name="LimitSeconds">Blackout limits in seconds.</param>
/// <param name="Confidences">Shares of commits that must keep the limit.</param>
public sealed record WorkloadGrid(
    IReadOnlyList<MemoryWorkload> Memory,
    IReadOnlyList<LinkWorkload> Links,
    IReadOnlyList<MachineDevices> Devices,
    IReadOnlyList<double> LimitSeconds,
    IReadOnlyList<double> Confidences);
