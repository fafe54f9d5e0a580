using System.Buffers.Binary;
using Planner.Measurements;

namespace Planner.Devices;

/// <summary>A device behind a vfio-user socket.</summary>
/// <remarks>
/// <para>Calls from several threads are carried out one after the other. Nothing cancels a call: a server finishes an arc even when its
/// client goes away. After a time-out or a closed connection the device has to be opened again and asked for its state.</para>
/// <para>Deadlines (shape A): an error reply is a header only, so what a kernel returns beside ETIME and ETIMEDOUT does not arrive.
/// ETIME means that nothing changed; after ETIMEDOUT and every other error the device is asked for its state with a GET. Whether
/// a command that succeeded was in time is judged by this host's clock when the reply is there, not by the device's word.</para>
/// </remarks>
public sealed class VfioUserDevice : IMigrationDevice
{
    private const int PreCopyInfoBytes = 24;

    private readonly Lock _gate = new();
    private readonly VfioUserConnection _connection;
    private readonly VfioUserFeatures _features;
    private readonly VfioUserOptions _options;

    // The state after the last answer; null when a GET is needed to know it.
    private DeviceState? _state;

    private VfioUserDevice(VfioUserConnection connection, VfioUserFeatures features, VfioUserOptions options, DeviceOffer offer)
    {
        _connection = connection;
        _features = features;
        _options = options;
        Offer = offer;
    }

    /// <inheritdoc/>
    public string Address => _connection.Address;

    /// <inheritdoc/>
    public DeviceOffer Offer { get; }

    /// <summary>Connects to a server, negotiates and probes.</summary>
    /// <param name="path">The absolute path of the server's socket.</param>
    /// <param name="options">How to speak; null for the defaults.</param>
    /// <exception cref="DeviceException">There is no server, it speaks something else, or the device cannot be migrated.</exception>
    public static VfioUserDevice Open(string path, VfioUserOptions? options = null)
    {
        var used = options ?? new VfioUserOptions();
        return Open(VfioUserDriver.AddressOf(path), () => UnixSocketChannel.Connect(path, used.AskTimeLimit), used);
    }

    /// <summary>Negotiates and probes over a channel.</summary>
    /// <param name="address">The address for messages to people.</param>
    /// <param name="connect">Makes a fresh channel to the server; called again to look more closely at a device without migration.</param>
    /// <param name="options">How to speak.</param>
    /// <exception cref="DeviceException">The server speaks something else, or the device cannot be migrated.</exception>
    public static VfioUserDevice Open(string address, Func<IByteChannel> connect, VfioUserOptions options)
    {
        var connection = VfioUserConnection.Negotiate(address, connect(), options);
        try
        {
            var features = new VfioUserFeatures(connection, options);
            if (new VfioUserProbe(connection, features, options).Run() is { } offer)
            {
                return new VfioUserDevice(connection, features, options, offer);
            }
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        connection.Dispose();
        throw new DeviceException(DeviceFault.NoMigration, HasOnlyTheOldProtocol(address, connect, options)
            ? $"{address}: the device has only the old migration protocol (a v1 migration region), which is not supported; update the device's server."
            : $"{address}: the device cannot be migrated (it does not answer the migration features); use a device whose server supports migration.");
    }

    /// <inheritdoc/>
    public DeviceState GetState()
    {
        lock (_gate)
        {
            return AskState();
        }
    }

    /// <inheritdoc/>
    public ArcResult SetState(DeviceState target) => ChangeState(target, 0);

    /// <inheritdoc/>
    public ArcResult SetStateBy(DeviceState target, long deadlineNanoseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(deadlineNanoseconds);
        return Offer.OffersDeadline == Answer.Yes
            ? ChangeState(target, deadlineNanoseconds)
            : new ArcResult(ArcOutcome.Failed, null, Errno.ENOTTY, TimeSpan.Zero);
    }

    /// <inheritdoc/>
    public long GetDataSizeBytes()
    {
        RequireOffer(Offer.OffersDataSize, "its data size");
        lock (_gate)
        {
            var data = Get((ushort)DeviceFeatureIndex.MigDataSize, [], sizeof(ulong), "a question for the data size");
            return ReadNumber(data, "data size");
        }
    }

    /// <inheritdoc/>
    public PreCopyInfo GetPreCopyInfo()
    {
        RequireOffer(Offer.OffersPreCopyInfo, "what pre-copy still has to carry");
        lock (_gate)
        {
            var data = Get(_options.PreCopyInfoFeature, [], PreCopyInfoBytes, "a question for the pre-copy bytes");
            return new PreCopyInfo(
                ReadNumber(data, "number of initial bytes"),
                ReadNumber(data[8..], "number of dirty bytes"),
                (BinaryPrimitives.ReadUInt32LittleEndian(data[16..]) & MigrationFeatureLayout.Reinitialized) != 0);
        }
    }

    /// <inheritdoc/>
    public TimeSpan GetWorstArcLatency(Arc arc)
    {
        RequireOffer(Offer.OffersArcLatency, "the latency of its arcs");
        Span<byte> request = stackalloc byte[MigrationFeatureLayout.ArcLatencyBytes];
        MigrationFeatureLayout.WriteArc(request, arc);
        lock (_gate)
        {
            var data = Get(_options.Deadline.ArcLatencyFeature, request, MigrationFeatureLayout.ArcLatencyBytes, $"a question for the latency of {arc}");
            return MigrationFeatureLayout.RoundUp(ReadNumber(data[8..], "arc latency"));
        }
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer)
    {
        lock (_gate)
        {
            // Before STOP_COPY a short answer ends a round, so there is only one request at a time. In it ENOMSG is not allowed
            // (vfio-uapi section 8), and as 0 bytes it would pass for the end of the image.
            var readBytes = _connection.ReadData(buffer, _state == DeviceState.StopCopy, _options.WorkTimeLimit, out var error);
            return readBytes >= 0 ? readBytes : throw Refused("a read of migration data", error);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Several requests are under way at a time. When this throws, requests after the refused one may have been taken, so
    /// the image on the device is of no use any more.</remarks>
    public void Write(ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            if (!_connection.WriteData(data, _options.WorkTimeLimit, out var error))
            {
                throw Refused("a write of migration data", error);
            }
        }
    }

    /// <inheritdoc/>
    public void Reset()
    {
        lock (_gate)
        {
            _state = null;
            var reply = _connection.Call(VfioUserCommand.DeviceReset, [], _options.WorkTimeLimit, "a reset");
            if (reply.Failed)
            {
                throw Refused("a reset", reply.Error);
            }
        }
    }

    /// <inheritdoc/>
    public bool TryCutOff()
    {
        _connection.Dispose();
        return true;
    }

    /// <summary>Closes the connection. The device keeps its migration state.</summary>
    public void Dispose() => _connection.Dispose();

    private static bool HasOnlyTheOldProtocol(string address, Func<IByteChannel> connect, VfioUserOptions options)
    {
        try
        {
            using var connection = VfioUserConnection.Negotiate(address, connect(), options);
            return MigrationRegionSearch.Finds(connection, options.AskTimeLimit);
        }
        catch (DeviceException)
        {
            // The device is refused anyway; this only looked for the best words.
            return false;
        }
    }

    /// <summary>Sends a target and finds out what became of it.</summary>
    /// <param name="target">The state to reach.</param>
    /// <param name="deadlineNanoseconds">The deadline; 0 for none.</param>
    private ArcResult ChangeState(DeviceState target, long deadlineNanoseconds)
    {
        lock (_gate)
        {
            DeviceState current;
            try
            {
                current = _state ?? AskState();
            }
            catch (DeviceException e)
            {
                // Nothing was sent: where the question was answered with an error, the device stands where it stood.
                return new ArcResult(e.Fault == DeviceFault.Failed ? ArcOutcome.Failed : ArcOutcome.Unknown, null, e.Errno, TimeSpan.Zero);
            }

            if (!MigrationStateMachine.CanReach(current, target, Offer.Capabilities))
            {
                return new ArcResult(ArcOutcome.Failed, current, Errno.EINVAL, TimeSpan.Zero);
            }

            _state = null;
            var started = _options.Clock.GetTimestamp();
            try
            {
                return deadlineNanoseconds == 0
                    ? Send(target, started)
                    : SendWithDeadline(current, target, deadlineNanoseconds, started);
            }
            catch (DeviceException)
            {
                return new ArcResult(ArcOutcome.Unknown, null, Errno.None, _options.Clock.GetElapsedTime(started));
            }
        }
    }

    private ArcResult Send(DeviceState target, long started)
    {
        // data_fd has no meaning on a socket.
        Span<byte> data = stackalloc byte[MigrationFeatureLayout.StateBytes];
        MigrationFeatureLayout.WriteTarget(data, target);
        var reply = _features.Set((ushort)DeviceFeatureIndex.MigDeviceState, data, "a change of the migration state");
        var took = _options.Clock.GetElapsedTime(started);
        if (reply.Failed)
        {
            return new ArcResult(ArcOutcome.Failed, AskStateIfPossible(), reply.Error, took);
        }

        _state = target;
        return new ArcResult(ArcOutcome.Completed, target, Errno.None, took);
    }

    private ArcResult SendWithDeadline(DeviceState current, DeviceState target, long deadlineNanoseconds, long started)
    {
        Span<byte> data = stackalloc byte[MigrationFeatureLayout.StateByBytes];
        MigrationFeatureLayout.WriteTargetBy(data, target, deadlineNanoseconds);
        var reply = _features.Set(_options.Deadline.SetStateFeature, data, "a change of the migration state by a deadline");
        var ended = _options.Clock.GetTimestamp();
        var took = _options.Clock.GetElapsedTime(started, ended);
        if (reply.Failed)
        {
            var outcome = reply.Error switch
            {
                Errno.ETIME => ArcOutcome.Refused,
                Errno.ETIMEDOUT => ArcOutcome.AbortedInFlight,
                _ => ArcOutcome.Failed,
            };
            _state = outcome == ArcOutcome.Refused ? current : AskStateIfPossible();
            return new ArcResult(outcome, _state, reply.Error, took);
        }

        // A server that only echoes what it was sent has not promised anything: ask it.
        var final = MigrationFeatureLayout.ReadFinalState(reply.Payload);
        _state = final == target ? target : AskStateIfPossible();
        return _state != target ? new ArcResult(ArcOutcome.Failed, _state, Errno.None, took)
            : new ArcResult(_options.Clock.Nanoseconds(ended) > deadlineNanoseconds ? ArcOutcome.CompletedLate : ArcOutcome.Completed, target, Errno.None, took);
    }

    private DeviceState AskState()
    {
        _state = null;
        var data = Get((ushort)DeviceFeatureIndex.MigDeviceState, [], MigrationFeatureLayout.StateBytes, "a question for the migration state");
        var state = MigrationFeatureLayout.ReadState(data);
        if (!state.IsDefined())
        {
            throw _connection.Nonsense($"the device says that its migration state is {(uint)state}, which does not exist");
        }

        _state = state;
        return state;
    }

    private DeviceState? AskStateIfPossible()
    {
        try
        {
            return AskState();
        }
        catch (DeviceException)
        {
            return null;
        }
    }

    private ReadOnlySpan<byte> Get(ushort feature, scoped ReadOnlySpan<byte> request, int dataBytes, string doing)
    {
        var reply = _features.Get(feature, request, dataBytes, doing);
        return reply.Failed ? throw Refused(doing, reply.Error) : reply.Payload;
    }

    private long ReadNumber(ReadOnlySpan<byte> data, string what) => MigrationFeatureLayout.ReadNumber(data, Address, what);

    private DeviceException Refused(string doing, Errno error) => new(
        DeviceFault.Failed,
        $"{Address}: the device answered {doing} with {(error == Errno.None ? "an error without a number" : error.ToString())}; ask for its state before going on.",
        error);

    private void RequireOffer(Answer offered, string what)
    {
        if (offered != Answer.Yes)
        {
            throw new DeviceException(DeviceFault.NotOffered, $"{Address}: the device does not tell {what}; use measurements instead.");
        }
    }
}
