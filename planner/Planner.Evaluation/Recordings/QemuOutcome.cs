namespace Planner.Evaluation;

/// <summary>How a recorded migration ended, in QEMU's own figures.</summary>
/// <param name="DowntimeSeconds">What QEMU calls downtime, to 1 ms.</param>
/// <param name="TotalSeconds">The time from the start to the end of the migration.</param>
/// <param name="StopPhaseBytes">Bytes sent while the guest was stopped.</param>
public sealed record QemuOutcome(double DowntimeSeconds, double TotalSeconds, double StopPhaseBytes);
