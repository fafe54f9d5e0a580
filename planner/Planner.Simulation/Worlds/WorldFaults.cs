using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>What goes wrong with a simulated device beside its profile.</summary>
internal enum WorldFaultKind
{
    /// <summary>The command is never answered, and never ends.</summary>
    Hang,

    /// <summary>The command is carried out, and the connection ends before its answer.</summary>
    LoseReply,

    /// <summary>The command takes a thousand times as long.</summary>
    Slow,

    /// <summary>The commands that take a device from its guest take several times as long, up to 256: what gate 2 is for.</summary>
    SlowQuiesce,

    /// <summary>The device is gone, and stays so.</summary>
    Die,

    /// <summary>Reading or loading the stream fails.</summary>
    BreakStream,

    /// <summary>Reading or loading the stream comes to no end.</summary>
    StallStream,
}

/// <summary>One thing that goes wrong with one device.</summary>
/// <param name="Kind">What.</param>
/// <param name="Side">The side of the device.</param>
/// <param name="Device">Its index.</param>
/// <param name="At">With which of the device's commands, or of its chunks, counted from 1; where the quiesce is slow, how often its time is doubled beyond the first.</param>
internal sealed record WorldFault(WorldFaultKind Kind, MigrationSide Side, int Device, int At);

/// <summary>A process that is killed.</summary>
/// <param name="AtEffect">Before which of the things that the world can see it do; 0 where a moment says it.</param>
/// <param name="After">The moment.</param>
/// <param name="LosesPower">Whether its host loses the power with it.</param>
/// <param name="AfterStep">The step in its journal that the moment is counted from; null for the start.</param>
internal sealed record WorldKill(int AtEffect, TimeSpan After, bool LosesPower, JournalEntryKind? AfterStep = null);
