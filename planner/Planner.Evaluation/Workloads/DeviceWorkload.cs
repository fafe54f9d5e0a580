using Planner.Simulation;

namespace Planner.Evaluation;

/// <summary>Some equal devices of a machine.</summary>
/// <param name="Count">How many; at least 1.</param>
/// <param name="StateBytes">The state of each in bytes.</param>
/// <param name="Quiesce">The arc into the P2P state.</param>
/// <param name="Stop">The arcs on to STOP_COPY.</param>
/// <param name="Load">The arcs of the destination from RESUMING to RUNNING.</param>
/// <param name="LoadsSerially">Whether the devices load one after another; otherwise all at the same time.</param>
public sealed record DeviceWorkload(int Count, long StateBytes, LatencyProfile Quiesce, LatencyProfile Stop, LatencyProfile Load, bool LoadsSerially);
