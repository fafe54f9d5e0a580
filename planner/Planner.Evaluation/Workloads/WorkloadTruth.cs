using Planner.Estimators;

namespace Planner.Evaluation;

/// <summary>All that chance decides about one migration. Every rule is tried against the same truth.</summary>
internal sealed class WorkloadTruth
{
    private const int LinkPurpose = 1;
    private const int StopPhasePurpose = 2;
    private const int DevicePurpose = 3;
    private const int SchedulePurpose = 4;

    /// <summary>Draws the truth of a migration.</summary>
    /// <param name="workloads">The file.</param>
    /// <param name="memory">How the machine writes its memory.</param>
    /// <param name="link">The link.</param>
    /// <param name="devices">The machine's devices.</param>
    /// <param name="seed">The seed of the whole evaluation.</param>
    /// <param name="cell">Which combination of memory, link and devices.</param>
    /// <param name="migration">Which migration of the cell; negative for those that only gather evidence.</param>
    /// <param name="earlierMigrations">How many migrations of the device class came before; moves the drift of the arcs.</param>
    public WorkloadTruth(
        WorkloadFile workloads,
        MemoryWorkload memory,
        LinkWorkload link,
        MachineDevices devices,
        ulong seed,
        int cell,
        int migration,
        int earlierMigrations)
    {
        Workloads = workloads;
        Memory = memory;
        StateBytes = devices.StateBytes;
        Link = new LinkTrace(link, new SeededStream(seed, cell, migration, LinkPurpose), new SeededStream(seed, cell, migration, StopPhasePurpose));
        Latencies = StageLatencies.Draw(devices, new SeededStream(seed, cell, migration, DevicePurpose), earlierMigrations);
        ScheduleOffsetSeconds = new SeededStream(seed, cell, migration, SchedulePurpose).NextOpenUnit() * memory.ScheduleSeconds;
    }

    /// <summary>The file.</summary>
    public WorkloadFile Workloads { get; }

    /// <summary>How the machine writes its memory.</summary>
    public MemoryWorkload Memory { get; }

    /// <summary>State of all devices in bytes.</summary>
    public double StateBytes { get; }

    /// <summary>The link's rates.</summary>
    public LinkTrace Link { get; }

    /// <summary>What the devices take in the blackout of this migration.</summary>
    public StageLatencies Latencies { get; }

    /// <summary>Where in its schedule the memory is when the migration begins, in seconds.</summary>
    public double ScheduleOffsetSeconds { get; }

    /// <summary>The blackout if the guest is stopped at a moment.</summary>
    /// <param name="elapsedSeconds">The moment, since the migration began.</param>
    /// <param name="ramBytes">Memory that is truly left to send.</param>
    public double BlackoutSeconds(double elapsedSeconds, double ramBytes) => Latencies.TotalSeconds
        + Link.StopPhaseSeconds(elapsedSeconds + Latencies.QuiesceSeconds + Latencies.StopSeconds, ramBytes + StateBytes);
}
