namespace Planner.Measurements;

/// <summary>What a device offers, found by probing when it was opened. It does not change while the device is open.</summary>
/// <remarks>Only what was answered with <see cref="Answer.Yes"/> is used, a reset excepted.</remarks>
public sealed record DeviceOffer
{
    /// <summary>The class whose members share latencies: driver, model, firmware, such as <c>sim/fast-nic/1.0</c>.</summary>
    public required string DeviceClass { get; init; }

    /// <summary>Whether the device tells its class, or what it can be known by. Where it could not be asked, the class is its own alone.</summary>
    public Answer TellsClass { get; init; } = Answer.Yes;

    /// <summary>The migration capabilities; STOP_COPY at least.</summary>
    public required MigrationCapabilities Capabilities { get; init; }

    /// <summary>The arc past which the device cannot go back to RUNNING at once.</summary>
    public required Arc CommitArc { get; init; }

    /// <summary>Whether the device tells its data size.</summary>
    public Answer OffersDataSize { get; init; }

    /// <summary>What the data size means, where it is offered.</summary>
    public DataSizeMeaning DataSizeMeaning { get; init; }

    /// <summary>Whether the device reports pre-copy bytes.</summary>
    public Answer OffersPreCopyInfo { get; init; }

    /// <summary>Whether the device reports the worst latency of its arcs itself.</summary>
    public Answer OffersArcLatency { get; init; }

    /// <summary>Whether the device takes a deadline with SET_STATE.</summary>
    public Answer OffersDeadline { get; init; }

    /// <summary>Whether the device can be reset. Where that could not be asked, a reset may be tried.</summary>
    public Answer OffersReset { get; init; }

    /// <summary>Whether the device logs by itself which memory it writes.</summary>
    public Answer OffersDmaLogging { get; init; }

    /// <summary>What whoever plans with this driver should know, each in one sentence.</summary>
    public IReadOnlyList<string> Hazards { get; init; } = [];

    /// <summary>Whether the STOP_COPY stream starts again from the beginning instead of going on where PRE_COPY ended.</summary>
    public bool StreamRestartsAtStopCopy { get; init; }

    /// <summary>The worst latency that the device's profile states for an arc; the last resort where nothing was measured.</summary>
    public IReadOnlyDictionary<Arc, TimeSpan> StatedWorstCases { get; init; } = new Dictionary<Arc, TimeSpan>();

    /// <summary>The first arc that leaves RUNNING or PRE_COPY for good: the commit point of a driver that nobody described.</summary>
    /// <param name="capabilities">The device's capabilities.</param>
    /// <remarks>Without a statement about the driver even the arc into P2P may be beyond recall (Intel xe suspends there).</remarks>
    public static Arc CommitArcOfUnknownDriver(MigrationCapabilities capabilities) =>
        (capabilities.Has(MigrationCapabilities.PreCopy), capabilities.Has(MigrationCapabilities.P2P)) switch
        {
            (true, true) => new Arc(DeviceState.PreCopy, DeviceState.PreCopyP2P),
            (true, false) => new Arc(DeviceState.PreCopy, DeviceState.StopCopy),
            (false, true) => new Arc(DeviceState.Running, DeviceState.RunningP2P),
            _ => new Arc(DeviceState.Running, DeviceState.Stop),
        };
}
