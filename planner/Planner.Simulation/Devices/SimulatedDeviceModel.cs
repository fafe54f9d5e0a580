using Planner.Devices;
using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>
/// A device that exists as a profile and a seed. Nothing in it waits or reads a clock: every call is told the time, and says
/// when it will end. The same calls at the same times always have the same answers, and the future can be foretold.
/// </summary>
/// <remarks>
/// A command that has begun is carried out to its end at once; the caller lets the time pass and asks nothing before
/// <see cref="TransitionPlan.EndNanoseconds"/>. A real device is the same: everything waits behind an arc. Not for several threads.
/// </remarks>
internal sealed class SimulatedDeviceModel
{
    private readonly SimulatedDeviceOptions _options;
    private readonly TransitionPlanner _planner;
    private readonly Draws _draws;
    private readonly long[] _arcRuns = new long[TransitionPlanner.SeriesCount];
    private readonly Dictionary<Arc, long> _arcLimits = [];
    private StateStreamSource? _source;
    private StateStreamSink? _sink;
    private bool _isAsReset;
    private long _streams;
    private long _temporaryEnds;
    private long _resets;
    private long _runsSince;
    private long _streamFreeAt;

    /// <summary>Makes the device; it is in RUNNING.</summary>
    /// <param name="profile">What it is like.</param>
    /// <param name="options">Its seed and what else is not in the profile.</param>
    public SimulatedDeviceModel(DeviceProfile profile, SimulatedDeviceOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.EstimateFactor, nameof(options));
        Profile = profile;
        _options = options;
        _draws = new Draws(options.Seed);
        _planner = new TransitionPlanner(profile, _draws, _arcRuns, options.EstimateFactor);
        GuestValue = _draws.Bits(DrawKind.GuestValue, 0, 0);
    }

    /// <summary>What the device is like.</summary>
    public DeviceProfile Profile { get; }

    /// <summary>The state; during a command the one it will end in.</summary>
    public DeviceState State { get; private set; } = DeviceState.Running;

    /// <summary>What the guest sees in the device: it travels with the state and is lost by a reset.</summary>
    public ulong GuestValue { get; set; }

    /// <summary>What a command given now would do. Takes nothing from the future.</summary>
    /// <param name="target">The state to reach.</param>
    /// <param name="nowNanoseconds">The present.</param>
    /// <param name="deadlineNanoseconds">When it has to be reached; null for a plain SET_STATE.</param>
    public TransitionPlan Foretell(DeviceState target, long nowNanoseconds, long? deadlineNanoseconds = null)
    {
        // What was written is loaded before the device does anything else.
        var start = State == DeviceState.Resuming ? Math.Max(nowNanoseconds, _streamFreeAt) : nowNanoseconds;
        return _planner.Plan(State, target, start, deadlineNanoseconds, _arcLimits, HasImage);
    }

    /// <summary>What a later run of an arc will be like, whatever the device does before.</summary>
    /// <param name="arc">A single arc of the device.</param>
    /// <param name="ahead">0 for the next run of this arc, 1 for the one after it.</param>
    public ForetoldArc ForetellArc(Arc arc, int ahead = 0) => _planner.Foretell(arc, ahead);

    /// <summary>The size of the next stream if pre-copy carries none of it, in bytes: the truth, jitter included.</summary>
    public long ForetellStateBytes() => StateBytesOf(_streams);

    /// <summary>The bytes that would be read to the end of the stream if STOP_COPY were entered, or still are to be read in it.</summary>
    /// <param name="atNanoseconds">When it is entered: the present, or later if nothing is read until then.</param>
    public long ForetellStopCopyBytes(long atNanoseconds) =>
        _source is null || (_options.RestartsStreamAtStopCopy && State != DeviceState.StopCopy)
            ? ForetellStateBytes()
            : _source.RemainingBytes(UnsettledSeconds(atNanoseconds));

    /// <summary>Begins a command to change the state, and with it decides all that happens on the way.</summary>
    /// <param name="target">The state to reach.</param>
    /// <param name="nowNanoseconds">The present.</param>
    /// <param name="deadlineNanoseconds">When it has to be reached, for shapes A and B; for shape C the time is dealt out as limits
    /// of the arcs. Null for a plain SET_STATE.</param>
    public TransitionPlan Begin(DeviceState target, long nowNanoseconds, long? deadlineNanoseconds = null)
    {
        var plan = Foretell(target, nowNanoseconds, deadlineNanoseconds);
        _arcLimits.Clear();
        foreach (var arc in plan.Arcs)
        {
            _arcRuns[TransitionPlanner.SeriesOf(arc.Arc)]++;
            if (arc.FinalState != State)
            {
                Enter(arc.FinalState, arc.Outcome, arc.EndNanoseconds);
            }
        }

        return plan;
    }

    /// <summary>Limits the time of a single arc in the next command (shape C). The limits lapse with that command.</summary>
    /// <returns>EOPNOTSUPP if the device knows no such limits, EINVAL if there is no such arc or the limit is not above 0, otherwise none.</returns>
    public Errno SetArcLimit(Arc arc, long limitNanoseconds)
    {
        if (Profile.Deadline.Shape != DeadlineShape.C)
        {
            return Errno.EOPNOTSUPP;
        }

        if (limitNanoseconds <= 0 || !MigrationStateMachine.IsSingleArc(arc, Profile.Capabilities))
        {
            return Errno.EINVAL;
        }

        _arcLimits[arc] = limitNanoseconds;
        return Errno.None;
    }

    /// <summary>The device's own report of the worst latency of an arc, or of the arcs of a combination.</summary>
    /// <returns>Nanoseconds; null where the transition is refused (EINVAL).</returns>
    /// <remarks>An arc without a stated worst case reports its 99.99th percentile.</remarks>
    public long? WorstArcLatencyNanoseconds(Arc arc) => _planner.WorstNanoseconds(arc);

    /// <summary>MIG_DATA_SIZE, with the meaning of the profile.</summary>
    /// <returns>Bytes: an estimate. The real size differs by up to the jitter.</returns>
    public long DataSizeBytes(long nowNanoseconds)
    {
        if (Profile.DataSize == DataSizeMeaning.Maximum)
        {
            return (long)Math.Ceiling(Profile.StateBytes * (1 + Profile.StateJitter));
        }

        if (Profile.DataSize != DataSizeMeaning.Remaining || _source is null)
        {
            return Profile.StateBytes;
        }

        // In STOP_COPY the device knows; before, it knows what was read and what changed, but not the jitter.
        var remaining = _source.RemainingBytes(UnsettledSeconds(nowNanoseconds));
        return State == DeviceState.StopCopy ? remaining : Math.Max(0, remaining + Profile.StateBytes - StateBytesOf(_streams - 1));
    }

    /// <summary>What pre-copy still has to carry; null outside of PRE_COPY and PRE_COPY_P2P (EINVAL).</summary>
    public PreCopyInfo? PreCopyInfo(long nowNanoseconds)
    {
        Settle(nowNanoseconds);
        return State is DeviceState.PreCopy or DeviceState.PreCopyP2P && _source is not null
            ? new PreCopyInfo(_source.InitialBytes, _source.DirtyBytes, _source.Reinitialized)
            : null;
    }

    /// <summary>Reads from the stream, in a saving state.</summary>
    public StreamStep Read(Span<byte> buffer, long nowNanoseconds)
    {
        if (_source is null || !State.IsSaving())
        {
            return new StreamStep(0, Errno.EINVAL, nowNanoseconds);
        }

        Settle(nowNanoseconds);
        var count = _source.Read(buffer);
        if (count == 0 && !buffer.IsEmpty && State != DeviceState.StopCopy
            && _draws.Uniform(DrawKind.Reinit, 0, _temporaryEnds++) < Profile.PreCopy.ReinitProbability)
        {
            _source.Reinitialize();
        }

        _streamFreeAt = Math.Max(_streamFreeAt, nowNanoseconds) + WorkNanoseconds(count, Profile.ReadBytesPerSecond);
        return new StreamStep(count, Errno.None, _streamFreeAt);
    }

    /// <summary>Writes to the stream, in RESUMING. All bytes are taken; whether they are an image is judged when RESUMING is left for STOP.</summary>
    public StreamStep Write(ReadOnlySpan<byte> data, long nowNanoseconds)
    {
        if (_sink is null || State != DeviceState.Resuming)
        {
            return new StreamStep(0, Errno.EINVAL, nowNanoseconds);
        }

        var start = Math.Max(_streamFreeAt, nowNanoseconds);
        if (_sink.IsEmpty && !data.IsEmpty)
        {
            start += Profile.Load.Fixed.Ticks * TimeSpan.NanosecondsPerTick;
        }

        _sink.Write(data);
        _streamFreeAt = start + WorkNanoseconds(data.Length, Profile.Load.BytesPerSecond);
        return new StreamStep(data.Length, Errno.None, _streamFreeAt);
    }

    /// <summary>Resets the device: streams ended, the guest's value lost.</summary>
    /// <param name="keepsState">Whether the migration state stays; otherwise it is RUNNING from any state.</param>
    public void Reset(bool keepsState = false)
    {
        State = keepsState ? State : DeviceState.Running;
        _source = State.IsSaving() ? new StateStreamSource(_draws.Bits(DrawKind.Content, 0, _streams), StateBytesOf(_streams++), Profile.PreCopy) : null;
        _sink = State == DeviceState.Resuming ? new StateStreamSink() : null;
        _isAsReset = State == DeviceState.Resuming;
        _arcLimits.Clear();
        GuestValue = _draws.Bits(DrawKind.GuestValue, 0, ++_resets);
    }

    // A device that was reset in RESUMING and has taken nothing since is what a reset makes of it, which is whole.
    private bool HasImage => _sink is not null && (_sink.IsComplete || (_isAsReset && _sink.IsEmpty));

    private static long WorkNanoseconds(long bytes, double? bytesPerSecond) =>
        bytesPerSecond is { } rate ? (long)(bytes / rate * 1e9) : 0;

    private long StateBytesOf(long stream)
    {
        var share = (2 * _draws.Uniform(DrawKind.StateSize, 0, stream)) - 1;
        return Math.Max(StateStreamFormat.SmallestBytes, (long)Math.Round(Profile.StateBytes * (1 + (Profile.StateJitter * share))));
    }

    private void Enter(DeviceState next, ArcOutcome outcome, long now)
    {
        Settle(now);
        var reached = outcome is ArcOutcome.Completed or ArcOutcome.CompletedLate;
        if (State == DeviceState.Resuming)
        {
            GuestValue = reached && _sink!.IsComplete ? _sink.GuestValue : GuestValue;
            _sink = null;
        }

        if (next == DeviceState.Resuming)
        {
            _sink = new StateStreamSink();
            _isAsReset = false;
            _streamFreeAt = now;
        }

        if (!next.IsSaving())
        {
            _source = null;
        }
        else if (!State.IsSaving() || (next == DeviceState.StopCopy && _options.RestartsStreamAtStopCopy))
        {
            var preCopy = next == DeviceState.StopCopy ? PreCopyProfile.Nothing : Profile.PreCopy;
            _source = new StateStreamSource(_draws.Bits(DrawKind.Content, 0, _streams), StateBytesOf(_streams), preCopy);
            _streams++;
            _streamFreeAt = now + (_options.TimeToFirstByte.Ticks * TimeSpan.NanosecondsPerTick);
        }

        if (next == DeviceState.StopCopy)
        {
            _source!.Stop(GuestValue);
            _streamFreeAt = Math.Max(_streamFreeAt, now + (_options.TimeToFirstByte.Ticks * TimeSpan.NanosecondsPerTick));
        }

        State = next;
        _runsSince = now;
    }

    // The guest changes the device's state as long as the device runs freely; in PRE_COPY_P2P it is kept quiet.
    private double UnsettledSeconds(long now) => State == DeviceState.PreCopy ? Math.Max(0, now - _runsSince) / 1e9 : 0;

    private void Settle(long now)
    {
        _source?.Run(UnsettledSeconds(now));
        _runsSince = Math.Max(_runsSince, now);
    }
}
