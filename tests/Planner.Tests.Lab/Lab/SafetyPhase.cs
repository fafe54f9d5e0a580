namespace Planner.Tests.Lab;

/// <summary>Where a migration is held so that something can be done to it.</summary>
public enum SafetyPhase
{
    /// <summary>The monitors are being opened.</summary>
    Opening,

    /// <summary>The destination has its settings and does not listen yet.</summary>
    Preparing,

    /// <summary>All is prepared, and the source was not told to start.</summary>
    Prepared,

    /// <summary>Pre-copy, far from its end.</summary>
    Bulk,

    /// <summary>The source may stop the guest, and the link does not let it.</summary>
    Allowed,

    /// <summary>The guest is stopped, and the link stands still.</summary>
    Stopped,

    /// <summary>Everything was sent, and the order to run does not reach the destination.</summary>
    HandingOver,

    /// <summary>The destination runs, and its answer does not reach the planner.</summary>
    HandedOver,

    /// <summary>The destination runs, and the settings are not yet put back.</summary>
    Finished,
}
