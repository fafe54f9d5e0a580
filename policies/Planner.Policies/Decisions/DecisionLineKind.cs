namespace Planner.Policies;

/// <summary>What a line of an explained decision shows.</summary>
internal enum DecisionLineKind
{
    /// <summary>An arc's latency.</summary>
    Arc,

    /// <summary>The transfer's fixed part.</summary>
    TransferFixed,

    /// <summary>The transfer of memory.</summary>
    TransferRam,

    /// <summary>The transfer of one device's state.</summary>
    TransferState,

    /// <summary>Reading and loading a device's state beyond what the link takes.</summary>
    StateWork,
}
