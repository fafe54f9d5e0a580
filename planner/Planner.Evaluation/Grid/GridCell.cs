namespace Planner.Evaluation;

/// <summary>One combination of the grid.</summary>
/// <param name="Memory">The memory workload's name.</param>
/// <param name="Link">The link's name.</param>
/// <param name="Devices">The name of the devices.</param>
/// <param name="LimitSeconds">The blackout limit in seconds.</param>
/// <param name="Confidence">The share of commits that must keep the limit.</param>
public sealed record GridCell(string Memory, string Link, string Devices, double LimitSeconds, double Confidence);
