using Planner.Measurements;

namespace Planner.Engine;

/// <summary>Tell a hypervisor something; answered by <see cref="HypervisorAnswered"/>.</summary>
/// <param name="Side">The side.</param>
/// <param name="Order">What to do.</param>
/// <param name="Value">Bytes for <see cref="HypervisorOrder.Allow"/>, percent for <see cref="HypervisorOrder.Throttle"/>, 1 for a
/// <see cref="HypervisorOrder.Prepare"/> of a source that may be slowed down; otherwise 0.</param>
public sealed record TellHypervisor(MigrationSide Side, HypervisorOrder Order, long Value = 0) : EngineCommand;

/// <summary>What a hypervisor can be told.</summary>
public enum HypervisorOrder
{
    /// <summary>Tell the truth about the guest and the migration.</summary>
    Report,

    /// <summary>Set capabilities and parameters.</summary>
    Prepare,

    /// <summary>Listen for the machine (destination).</summary>
    Listen,

    /// <summary>Start the migration, held in pre-copy (source).</summary>
    Start,

    /// <summary>Stop the guest as soon as no more than so many bytes are left (source).</summary>
    Allow,

    /// <summary>Take the permission back (source).</summary>
    Hold,

    /// <summary>Slow the guest down by so many percent (source).</summary>
    Throttle,

    /// <summary>Give the migration up (source).</summary>
    Cancel,

    /// <summary>Let the guest run.</summary>
    Continue,

    /// <summary>Put the settings back.</summary>
    Restore,

    /// <summary>End the process (destination that never ran).</summary>
    Quit,
}
