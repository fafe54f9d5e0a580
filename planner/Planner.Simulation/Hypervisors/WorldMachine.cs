using System.Collections.Immutable;

namespace Planner.Simulation;

/// <summary>A virtual machine under a simulated hypervisor, and the way to its destination.</summary>
internal sealed record WorldMachine
{
    /// <summary>The machine's memory, in bytes.</summary>
    public required long RamBytes { get; init; }

    /// <summary>What the guest writes into memory that it has not written to since the last dirty sync, in bytes per second.</summary>
    public required double DirtyBytesPerSecond { get; init; }

    /// <summary>The most that a dirty sync finds, in bytes.</summary>
    public required long WorkingSetBytes { get; init; }

    /// <summary>What the link carries, in bytes per second.</summary>
    public required double LinkBytesPerSecond { get; init; }

    /// <summary>The median of what stopping, saving and starting take each, beside the memory.</summary>
    public required TimeSpan FixedMedian { get; init; }

    /// <summary>By how much the clock of the source's host is ahead of true time.</summary>
    public TimeSpan SourceClockAhead { get; init; }

    /// <summary>The same of the destination's host.</summary>
    public TimeSpan DestinationClockAhead { get; init; }

    /// <summary>Whether the guest can be slowed down.</summary>
    public bool OffersThrottle { get; init; }

    /// <summary>What goes wrong.</summary>
    public ImmutableArray<MachineFault> Faults { get; init; } = [];

    /// <summary>By how much a clock is set if one is.</summary>
    public static TimeSpan OneClockStep { get; } = TimeSpan.FromSeconds(0.5);

    /// <summary>By how much clocks are set in all.</summary>
    public TimeSpan ClockStep => OneClockStep * Faults.Count(f => f.Kind is MachineFaultKind.StepSourceClock or MachineFaultKind.StepDestinationClock);
}
