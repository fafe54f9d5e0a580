using System.Buffers.Binary;
using Planner.Measurements;

namespace Planner.Devices;

/// <summary>A device of the kernel's VFIO, driven by ioctl.</summary>
/// <remarks>
/// <para>Before each arc the device is asked for its state, and the arc is checked against the state machine: kernels without the fix of
/// June 2026 loop for ever on STOP_COPY->PRE_COPY. After each arc it is asked again, since the answer to a failed arc does not say where
/// the device is, and a driver may claim success and be elsewhere. Between the question and the ioctl nothing is allocated and no lock taken.</para>
/// <para>An arc blocks its caller until the driver is done, for a minute if a driver waits that long. Meanwhile every other question is
/// refused with <see cref="DeviceFault.Busy"/> instead of waiting behind it.</para>
/// <para>Closing a device that this process opened resets it. One whose descriptor a VMM passed stays as it is.</para>
/// </remarks>
internal sealed class VfioKernelDevice : IMigrationDevice
{
    private const int PreCopyInfoBytes = 24;

    // A signal can interrupt an arc before it begins. It is sent again, but not when so much time has gone by that the decision is out of date.
    private const int MaxTries = 4;
    private static readonly TimeSpan TryAgainWithin = TimeSpan.FromMilliseconds(10);

    private readonly VfioOptions _options;
    private readonly OpenedVfioDevice _opened;
    private readonly VfioFeatures _features;
    private readonly VfioDriver _driver;
    private readonly VfioStreams _streams;
    private readonly ArcWatch _watch;
    private readonly bool _hasPreCopyFlags;

    private VfioKernelDevice(string address, OpenedVfioDevice opened, VfioDriver driver, VfioOptions options)
    {
        Address = address;
        _options = options;
        _opened = opened;
        _driver = driver;
        _features = new VfioFeatures(opened.Device);
        var probe = new VfioProbe(address, opened, _features, driver);
        Offer = probe.Run();
        _hasPreCopyFlags = probe.AgreeOnPreCopyInfoV2(Offer.Capabilities);
        _streams = new VfioStreams(address, options.Kernel);
        _watch = new ArcWatch(address, options);
    }

    /// <inheritdoc/>
    public string Address { get; }

    /// <inheritdoc/>
    public DeviceOffer Offer { get; }

    /// <summary>Opens a device and probes it.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="options">How to drive it; null for the defaults.</param>
    /// <exception cref="DeviceException">There is no device, it may not be opened, it is in use, or it cannot be migrated.</exception>
    public static VfioKernelDevice Open(VfioAddress address, VfioOptions? options = null)
    {
        var used = options ?? new VfioOptions();
        var text = address.ToString();
        var opened = new VfioOpener(text, used).Open(address);
        try
        {
            return new VfioKernelDevice(text, opened, VfioDrivers.Find(used.Drivers, opened.KernelDriver), used);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public DeviceState GetState()
    {
        _watch.RequireIdle();
        _streams.Tidy();
        return TryAskState(out var state, out var result) ? state : throw VfioFailure.Failed(Address, "a question for the migration state", result);
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
        Require(Offer.OffersDataSize, "its data size");
        Span<byte> data = stackalloc byte[sizeof(ulong)];
        data.Clear();
        Get((ushort)DeviceFeatureIndex.MigDataSize, data, "a question for the data size");
        _streams.Tidy();
        return MigrationFeatureLayout.ReadNumber(data, Address, "data size");
    }

    /// <inheritdoc/>
    /// <remarks>On mlx5 the question asks the firmware and may start a save: ask sparsely.</remarks>
    public PreCopyInfo GetPreCopyInfo()
    {
        Require(Offer.OffersPreCopyInfo, "what pre-copy still has to carry");
        _watch.RequireIdle();
        Span<byte> info = stackalloc byte[PreCopyInfoBytes];
        info.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(info, PreCopyInfoBytes);
        var result = _streams.Current.Control(VfioIoctl.MigrationGetPreCopyInfo, info);
        if (result < 0)
        {
            throw VfioFailure.Failed(Address, "a question for the pre-copy bytes", result);
        }

        // Before both sides agreed on version 2 the flags are whatever was passed in.
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(info[4..]);
        return new PreCopyInfo(
            MigrationFeatureLayout.ReadNumber(info[8..], Address, "number of initial bytes"),
            MigrationFeatureLayout.ReadNumber(info[16..], Address, "number of dirty bytes"),
            _hasPreCopyFlags && (flags & MigrationFeatureLayout.Reinitialized) != 0);
    }

    /// <inheritdoc/>
    public TimeSpan GetWorstArcLatency(Arc arc)
    {
        Require(Offer.OffersArcLatency, "the latency of its arcs");
        Span<byte> data = stackalloc byte[MigrationFeatureLayout.ArcLatencyBytes];
        MigrationFeatureLayout.WriteArc(data, arc);
        Get(_driver.Deadline.ArcLatencyFeature, data, "a question for the latency of an arc");
        return MigrationFeatureLayout.RoundUp(MigrationFeatureLayout.ReadNumber(data[8..], Address, "arc latency"));
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer) => _streams.Read(buffer);

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> data) => _streams.Write(data);

    /// <inheritdoc/>
    public void Reset()
    {
        _watch.RequireIdle();
        var result = _opened.Device.ControlByValue(VfioIoctl.DeviceReset, 0);
        _streams.End();
        if (result < 0)
        {
            throw VfioFailure.Failed(Address, "a reset", result);
        }
    }

    /// <summary>Has the device log which memory it writes; one log at a time.</summary>
    /// <param name="ranges">The memory to watch, 1 to 256 ranges, aligned and apart from each other.</param>
    /// <param name="pageBytes">The size of page asked for, a power of two; the log has the size that the device chose.</param>
    /// <returns>The log; disposing it ends the logging.</returns>
    /// <exception cref="DeviceException">The device does not log, or refused the ranges.</exception>
    public VfioDmaLog StartDmaLog(ReadOnlySpan<DmaRange> ranges, long pageBytes)
    {
        Require(Offer.OffersDmaLogging, "which memory it writes");
        return VfioDmaLog.Start(Address, _features, ranges, pageBytes);
    }

    /// <summary>Closes the device and its streams. An arc that is under way ends first.</summary>
    public void Dispose()
    {
        _watch.Dispose();
        _streams.Dispose();
        _opened.Dispose();
    }

    private ArcResult ChangeState(DeviceState target, long deadlineNanoseconds)
    {
        if (!_watch.TryBegin(target))
        {
            return new ArcResult(ArcOutcome.Unknown, null, Errno.EBUSY, TimeSpan.Zero);
        }

        try
        {
            if (!TryAskState(out var current, out var result))
            {
                // Nothing was sent: the device stands where it stood.
                return new ArcResult(ArcOutcome.Failed, null, VfioFailure.Number(result), TimeSpan.Zero);
            }

            return MigrationStateMachine.CanReach(current, target, Offer.Capabilities)
                ? Send(current, target, deadlineNanoseconds)
                : new ArcResult(ArcOutcome.Failed, current, Errno.EINVAL, TimeSpan.Zero);
        }
        finally
        {
            _watch.End();
        }
    }

    private ArcResult Send(DeviceState current, DeviceState target, long deadlineNanoseconds)
    {
        Span<byte> data = stackalloc byte[MigrationFeatureLayout.StateByBytes];
        var started = _options.Clock.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            var result = deadlineNanoseconds == 0 ? SendPlain(data, target) : SendBy(data, target, deadlineNanoseconds);
            var ended = _options.Clock.GetTimestamp();
            var took = _options.Clock.GetElapsedTime(started, ended);
            DeviceState? state = TryAskState(out var answer, out var asked) ? answer : null;
            var isInterrupted = VfioFailure.Number(result) == Errno.EINTR && state == current;

            // A deadline is absolute: the device itself refuses what has become too late.
            if (isInterrupted && tries < MaxTries && (deadlineNanoseconds != 0 || took < TryAgainWithin))
            {
                continue;
            }

            _streams.Follow(state, result == 0 ? MigrationFeatureLayout.ReadDataDescriptor(data) : -1);
            return result == 0
                ? Succeeded(target, state, deadlineNanoseconds, ended, took, asked)
                : Failed(current, state, data, deadlineNanoseconds != 0, VfioFailure.Number(result), took);
        }
    }

    private int SendPlain(Span<byte> data, DeviceState target)
    {
        MigrationFeatureLayout.WriteTarget(data, target);
        return _features.Set((ushort)DeviceFeatureIndex.MigDeviceState, data[..MigrationFeatureLayout.StateBytes]);
    }

    private int SendBy(Span<byte> data, DeviceState target, long deadlineNanoseconds)
    {
        MigrationFeatureLayout.WriteTargetBy(data, target, deadlineNanoseconds);
        return _features.Set(_driver.Deadline.SetStateFeature, data);
    }

    private ArcResult Succeeded(DeviceState target, DeviceState? state, long deadlineNanoseconds, long ended, TimeSpan took, int asked)
    {
        if (state != target)
        {
            var outcome = state is null ? ArcOutcome.Unknown : ArcOutcome.Failed;
            return new ArcResult(outcome, state, state is null ? VfioFailure.Number(asked) : Errno.None, took);
        }

        // Whether it was in time is judged by this host's clock, not by the driver's word: a driver may only be able to refuse.
        var isLate = deadlineNanoseconds != 0 && _options.Clock.Nanoseconds(ended) > deadlineNanoseconds;
        return new ArcResult(isLate ? ArcOutcome.CompletedLate : ArcOutcome.Completed, target, Errno.None, took);
    }

    private static ArcResult Failed(DeviceState before, DeviceState? state, ReadOnlySpan<byte> data, bool hadDeadline, Errno error, TimeSpan took)
    {
        if (!hadDeadline || error is not (Errno.ETIME or Errno.ETIMEDOUT))
        {
            return new ArcResult(ArcOutcome.Failed, state, error, took);
        }

        // The driver copies back where it is also beside an error; that counts where the state cannot be asked.
        if (state is null && MigrationFeatureLayout.ReadFinalState(data) is var final && final.IsDefined())
        {
            state = final;
        }

        // "Refused" promises that nothing happened.
        var outcome = error == Errno.ETIMEDOUT ? ArcOutcome.AbortedInFlight
            : state == before ? ArcOutcome.Refused
            : ArcOutcome.Failed;
        return new ArcResult(outcome, state, error, took);
    }

    private bool TryAskState(out DeviceState state, out int result)
    {
        Span<byte> data = stackalloc byte[MigrationFeatureLayout.StateBytes];
        data.Clear();
        do
        {
            result = _features.Get((ushort)DeviceFeatureIndex.MigDeviceState, data);
        }
        while (VfioFailure.Number(result) == Errno.EINTR);

        state = MigrationFeatureLayout.ReadState(data);
        if (result == 0 && !state.IsDefined())
        {
            result = -(int)Errno.EBADMSG;
        }

        return result == 0;
    }

    private void Get(ushort feature, Span<byte> data, string doing)
    {
        _watch.RequireIdle();
        var result = _features.Get(feature, data);
        if (result < 0)
        {
            throw VfioFailure.Failed(Address, doing, result);
        }
    }

    private void Require(Answer offered, string what)
    {
        if (offered != Answer.Yes)
        {
            throw new DeviceException(DeviceFault.NotOffered, $"{Address}: the device does not tell {what}; use measurements instead.");
        }
    }
}
