namespace Planner.Engine;

/// <summary>Where the engine is with a machine that its hypervisor migrates.</summary>
public enum HypervisorStage
{
    /// <summary>Both sides are asked what they are doing.</summary>
    DiscoveringStates,

    /// <summary>The intended walk is being written down.</summary>
    OpeningJournal,

    /// <summary>Both sides get their settings, the destination listens, the migration is started.</summary>
    Preparing,

    /// <summary>Pre-copy, held; every pass is judged.</summary>
    PreCopying,

    /// <summary>The hypervisor may stop the guest: gate 1 is behind, and can still be taken back.</summary>
    Allowed,

    /// <summary>The guest is stopped, and the rest is being sent. There is no way back from here but a failure.</summary>
    Stopped,

    /// <summary>Everything was sent: the destination was told to run.</summary>
    Starting,

    /// <summary>It is not known where the guest is: both sides are asked until it is.</summary>
    Resolving,

    /// <summary>Settings are put back.</summary>
    Restoring,

    /// <summary>Over.</summary>
    Ended,
}
