namespace Planner.Estimators;

/// <summary>What a term of the blackout measures.</summary>
public enum TermKind
{
    /// <summary>The latency of an arc, in seconds.</summary>
    Arc,

    /// <summary>The part of a transfer that does not grow with the bytes, in seconds.</summary>
    TransferFixed,

    /// <summary>The inverse of a transfer's mean rate, in seconds per byte.</summary>
    TransferRate,

    /// <summary>Reading a device's state out and loading it beyond what the link takes, in seconds.</summary>
    StateWork,

    /// <summary>The size of a device's state as a multiple of the expected size.</summary>
    StateSize,
}
