namespace Planner.Measurements;

/// <summary>
/// One migratable device, however it is reached. Calls block: an arc is synchronous and cannot be cancelled, so the
/// caller gives each device a thread of its own. The two streams may be used from a second thread while none of the
/// other calls is under way; implementations serialise what shares one connection.
/// </summary>
/// <remarks>
/// <see cref="SetState"/> and <see cref="SetStateBy"/> report every failure in their result. The other calls throw
/// <see cref="DeviceException"/>.
/// </remarks>
public interface IMigrationDevice : IStateReader, IStateWriter, IDisposable
{
    /// <summary>The address the device was opened by, such as <c>vfio-user:/run/nic0.sock</c>.</summary>
    string Address { get; }

    /// <summary>What probing found when the device was opened.</summary>
    DeviceOffer Offer { get; }

    /// <summary>Asks the device for its state.</summary>
    DeviceState GetState();

    /// <summary>Sends the device to a state. Arcs that the state machine does not know are refused without asking the device.</summary>
    ArcResult SetState(DeviceState target);

    /// <summary>Sends the device to a state, to be reached by a deadline or not at all.</summary>
    /// <param name="target">The state to reach.</param>
    /// <param name="deadlineNanoseconds">Absolute CLOCK_MONOTONIC time of this host in nanoseconds; above 0.</param>
    ArcResult SetStateBy(DeviceState target, long deadlineNanoseconds);

    /// <summary>The device's own estimate of its migration data (MIG_DATA_SIZE), in bytes.</summary>
    long GetDataSizeBytes();

    /// <summary>What pre-copy still has to carry. Only in PRE_COPY and PRE_COPY_P2P.</summary>
    PreCopyInfo GetPreCopyInfo();

    /// <summary>The worst latency that the device itself expects for an arc, or for the arcs of a combination.</summary>
    TimeSpan GetWorstArcLatency(Arc arc);

    /// <summary>Ends a call that is under way on another thread by giving up the connection; the device has to be opened anew then.</summary>
    /// <returns>False where nothing ends a call, as with the kernel.</returns>
    bool TryCutOff() => false;

    /// <summary>Resets the device. The guest sees it, and the device's state is lost. Ask for the state afterwards.</summary>
    void Reset();
}
