namespace Planner.Evaluation;

/// <summary>A file of workloads with known truth (<c>kind: Workloads</c>).</summary>
/// <param name="RamBytes">The memory of every machine in bytes; all of it is sent once.</param>
/// <param name="Grid">What is combined.</param>
/// <param name="CompleteWithinSeconds">The time that a migration may take; above 0.</param>
public sealed record WorkloadFile(long RamBytes, WorkloadGrid Grid, double CompleteWithinSeconds);
