namespace Planner.Evaluation;

/// <summary>How a machine writes its memory.</summary>
/// <param name="Name">The name in the file.</param>
/// <param name="Classes">The memory that is written; the rest of the machine's memory is not.</param>
/// <param name="Phases">The schedule, which begins anew at its end; empty for an even pace.</param>
public sealed record MemoryWorkload(string Name, IReadOnlyList<MemoryClass> Classes, IReadOnlyList<MemoryPhase> Phases)
{
    /// <summary>The length of the schedule in seconds; 0 without one.</summary>
    public double ScheduleSeconds => Phases.Sum(p => p.Seconds);
}
