namespace Planner.Simulation;

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
