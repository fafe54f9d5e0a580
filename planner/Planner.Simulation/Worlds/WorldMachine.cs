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

/// <summary>What goes wrong with a hypervisor, its host or the link.</summary>
internal enum MachineFaultKind
{
    /// <summary>The source's process ends.</summary>
    EndSource,

    /// <summary>The destination's process ends.</summary>
    EndDestination,

    /// <summary>The source's monitor answers nobody for a while.</summary>
    StallSource,

    /// <summary>The destination's monitor answers nobody for a while.</summary>
    StallDestination,

    /// <summary>The planner's connection to the source ends.</summary>
    DropSource,

    /// <summary>The planner's connection to the destination ends.</summary>
    DropDestination,

    /// <summary>The link carries nothing any more, and nobody is told.</summary>
    StallLink,

    /// <summary>The link's connection ends.</summary>
    BreakLink,

    /// <summary>The link carries a tenth.</summary>
    CollapseLink,

    /// <summary>The guest writes ten times as much.</summary>
    Spike,

    /// <summary>The clock of the source's host is set, by half a second.</summary>
    StepSourceClock,

    /// <summary>The clock of the destination's host is set, by half a second.</summary>
    StepDestinationClock,

    /// <summary>A migration that is given up comes to no end.</summary>
    StickCancel,

    /// <summary>Everything was sent and taken, and the source does not hear of it: it fails, and its guest runs on.</summary>
    LoseLastWord,

    /// <summary>The source refuses what it is told from then on.</summary>
    RefuseSource,

    /// <summary>The guest has nothing left to send and is stopped, held or not.</summary>
    StopByItself,

    /// <summary>The migration fails.</summary>
    Fail,
}

/// <summary>The parts of a machine's migration.</summary>
internal enum MachinePhase
{
    /// <summary>From its start on.</summary>
    PreCopy,

    /// <summary>From the stop of the guest on.</summary>
    Stop,

    /// <summary>From the source's end on.</summary>
    Handover,
}

/// <summary>One thing that goes wrong with a machine's migration.</summary>
/// <param name="Kind">What.</param>
/// <param name="Phase">In which part.</param>
/// <param name="After">How long after its beginning.</param>
/// <param name="Lasting">How long it lasts, where it passes.</param>
internal sealed record MachineFault(MachineFaultKind Kind, MachinePhase Phase, TimeSpan After, TimeSpan Lasting);
