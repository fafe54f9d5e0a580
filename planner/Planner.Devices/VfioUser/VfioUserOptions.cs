namespace Planner.Devices;

/// <summary>How a client speaks to a vfio-user server.</summary>
public sealed record VfioUserOptions
{
    /// <summary>The time limit of a call that only asks, the handshake included: the protocol promises no answer, and a second
    /// client's handshake waits for ever. Above 0.</summary>
    public TimeSpan AskTimeLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The time limit of a call in which the device works: SET_STATE, RESET, and each request of the migration stream,
    /// since a driver may save inside a read and load inside a write. Giving up early gains nothing: an arc has no cancel. Above 0.</summary>
    public TimeSpan WorkTimeLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The clock. Its timestamp has to be CLOCK_MONOTONIC where devices take deadlines; the system's is.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The deadline-capable SET_STATE.</summary>
    public DeadlineFeatureOptions Deadline { get; init; } = new();

    /// <summary>What the operator calls a device whose server tells neither its class nor its model, by the real path of its socket; null for no name.</summary>
    public Func<string, string?> ClassOf { get; init; } = _ => null;

    /// <summary>The number of the private feature PRECOPY_INFO.</summary>
    public ushort PreCopyInfoFeature { get; init; } = VfioUserProtocol.DefaultPreCopyInfoFeature;
}
