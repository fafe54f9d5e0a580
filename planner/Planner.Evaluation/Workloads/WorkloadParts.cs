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

/// <summary>Times at which a link is nearly blocked.</summary>
/// <param name="EverySeconds">From the beginning of one dip to the beginning of the next; above 0.</param>
/// <param name="Share">What is left of the rate during a dip; in (0, 1].</param>
/// <param name="ForSeconds">How long a dip lasts; above 0 and shorter than <paramref name="EverySeconds"/>.</param>
public sealed record LinkDips(double EverySeconds, double Share, double ForSeconds);

/// <summary>How the rate of a migration link varies. A rate is drawn for every <see cref="SlotSeconds"/>.</summary>
public sealed record LinkWorkload
{
    /// <summary>How long one drawn rate lasts.</summary>
    public const double SlotSeconds = 0.1;

    /// <summary>The name in the file.</summary>
    public required string Name { get; init; }

    /// <summary>The mean rates in bytes per second that the link goes through in turn; one for a steady link.</summary>
    public required IReadOnlyList<double> Levels { get; init; }

    /// <summary>How long each level lasts in seconds; infinity for a steady link.</summary>
    public double DwellSeconds { get; init; } = double.PositiveInfinity;

    /// <summary>The standard deviation of a drawn rate as a share of the mean; at least 0.</summary>
    public double Jitter { get; init; }

    /// <summary>Times at which the link is nearly blocked; null for none.</summary>
    public LinkDips? Dips { get; init; }

    /// <summary>The mean rate of the stop phase in bytes per second where a cap is lifted for it; null if it is that of pre-copy.</summary>
    public double? StopPhaseBytesPerSecond { get; init; }

    /// <summary>The standard deviation of a drawn rate of the stop phase as a share of its mean; at least 0.</summary>
    public double StopPhaseJitter { get; init; }

    /// <summary>The length of the pattern in seconds after which levels and dips begin anew; 0 without a pattern.</summary>
    public double PatternSeconds => Math.Max(double.IsFinite(DwellSeconds) ? DwellSeconds * Levels.Count : 0, Dips?.EverySeconds ?? 0);
}

/// <summary>The devices of a machine.</summary>
/// <param name="Name">The name in the file.</param>
/// <param name="Devices">The devices; none for a machine without.</param>
public sealed record MachineDevices(string Name, IReadOnlyList<DeviceWorkload> Devices)
{
    /// <summary>The state of all devices in bytes.</summary>
    public double StateBytes => Devices.Sum(d => (double)d.Count * d.StateBytes);
}

/// <summary>Memory that is rewritten at random.</summary>
/// <param name="Bytes">Its size.</param>
/// <param name="TimeConstantSeconds">The mean time between two writes of the same page; above 0.</param>
public sealed record MemoryClass(long Bytes, double TimeConstantSeconds);

/// <summary>A stretch of time in which memory is written faster or slower.</summary>
/// <param name="Seconds">How long it lasts; above 0.</param>
/// <param name="Scale">The factor on all write rates; at least 0.</param>
public sealed record MemoryPhase(double Seconds, double Scale);

/// <summary>How a machine writes its memory.</summary>
/// <param name="Name">The name in the file.</param>
/// <param name="Classes">The memory that is written; the rest of the machine's memory is not.</param>
/// <param name="Phases">The schedule, which begins anew at its end; empty for an even pace.</param>
public sealed record MemoryWorkload(string Name, IReadOnlyList<MemoryClass> Classes, IReadOnlyList<MemoryPhase> Phases)
{
    /// <summary>The length of the schedule in seconds; 0 without one.</summary>
    public double ScheduleSeconds => Phases.Sum(p => p.Seconds);
}

/// <summary>A file of workloads with known truth (<c>kind: Workloads</c>).</summary>
/// <param name="RamBytes">The memory of every machine in bytes; all of it is sent once.</param>
/// <param name="Grid">What is combined.</param>
/// <param name="CompleteWithinSeconds">The time that a migration may take; above 0.</param>
public sealed record WorkloadFile(long RamBytes, WorkloadGrid Grid, double CompleteWithinSeconds);

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
