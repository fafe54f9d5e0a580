using Planner.Devices;
using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>A <see cref="SimulatedDeviceModel"/> in real time: calls last as long as those of a real device, and wait behind each other.</summary>
public sealed class SimulatedDevice : IMigrationDevice
{
    // A stream may run ahead of its rate by this much, so that small chunks need no wait of their own. The end is exact.
    private const long StreamLeadNanoseconds = 500_000;

    private readonly SimulatedDeviceModel _model;
    private readonly IDeviceClock _clock;
    private readonly Lock _lock = new();

    /// <summary>Makes the device; it is in RUNNING.</summary>
    /// <param name="profile">What it is like.</param>
    /// <param name="address">Its address for messages and records.</param>
    /// <param name="options">Seed and what else is not in the profile.</param>
    /// <param name="clock">Its time; real time if null.</param>
    public SimulatedDevice(DeviceProfile profile, string address, SimulatedDeviceOptions? options = null, IDeviceClock? clock = null)
    {
        options ??= new SimulatedDeviceOptions();
        _model = new SimulatedDeviceModel(profile, options);
        _clock = clock ?? MonotonicClock.Instance;
        Address = address;
        Offer = MakeOffer(profile, options);
    }

    /// <inheritdoc/>
    public string Address { get; }

    /// <inheritdoc/>
    public DeviceOffer Offer { get; }

    /// <summary>Its time.</summary>
    internal IDeviceClock Clock => _clock;

    /// <summary>The profile.</summary>
    public DeviceProfile Profile => _model.Profile;

    /// <summary>What the guest sees in the device: it travels with the state and is lost by a reset.</summary>
    public ulong GuestValue
    {
        get
        {
            lock (_lock)
            {
                return _model.GuestValue;
            }
        }

        set
        {
            lock (_lock)
            {
                _model.GuestValue = value;
            }
        }
    }

    /// <inheritdoc/>
    public DeviceState GetState()
    {
        lock (_lock)
        {
            return _model.State;
        }
    }

    /// <inheritdoc/>
    public ArcResult SetState(DeviceState target) => ResultOf(Execute(target, null));

    /// <inheritdoc/>
    public ArcResult SetStateBy(DeviceState target, long deadlineNanoseconds) => ResultOf(Execute(target, deadlineNanoseconds));

    /// <summary>Runs a command to its end.</summary>
    /// <returns>What happened, and how long the caller waited.</returns>
    public (TransitionPlan Plan, TimeSpan Took) Execute(DeviceState target, long? deadlineNanoseconds)
    {
        var asked = _clock.NowNanoseconds;
        lock (_lock)
        {
            var plan = _model.Begin(target, _clock.NowNanoseconds, deadlineNanoseconds);
            _clock.WaitUntil(plan.EndNanoseconds);
            return (plan, TimeSpan.FromTicks((_clock.NowNanoseconds - asked) / TimeSpan.NanosecondsPerTick));
        }
    }

    /// <summary>Limits the time of a single arc in the next command (shape C). The limits lapse with that command.</summary>
    /// <exception cref="DeviceException">The device knows no such limits, or there is no such arc.</exception>
    public void SetArcLimit(Arc arc, TimeSpan limit)
    {
        lock (_lock)
        {
            var errno = _model.SetArcLimit(arc, limit.Ticks * TimeSpan.NanosecondsPerTick);
            if (errno != Errno.None)
            {
                throw Failure(errno, $"a limit for {arc}");
            }
        }
    }

    /// <inheritdoc/>
    public long GetDataSizeBytes()
    {
        Check(Offer.OffersDataSize, "a data size");
        lock (_lock)
        {
            return _model.DataSizeBytes(_clock.NowNanoseconds);
        }
    }

    /// <inheritdoc/>
    public PreCopyInfo GetPreCopyInfo()
    {
        Check(Offer.OffersPreCopyInfo, "pre-copy information");
        lock (_lock)
        {
            return _model.PreCopyInfo(_clock.NowNanoseconds)
                ?? throw Failure(Errno.EINVAL, $"pre-copy information in {_model.State.Name()}");
        }
    }

    /// <inheritdoc/>
    public TimeSpan GetWorstArcLatency(Arc arc)
    {
        Check(Offer.OffersArcLatency, "arc latencies");
        lock (_lock)
        {
            var worst = _model.WorstArcLatencyNanoseconds(arc) ?? throw Failure(Errno.EINVAL, $"the latency of {arc}");
            return TimeSpan.FromTicks(worst / TimeSpan.NanosecondsPerTick);
        }
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer)
    {
        lock (_lock)
        {
            var step = _model.Read(buffer, _clock.NowNanoseconds);
            CheckData(step);
            _clock.WaitUntil(step.EndNanoseconds - (step.Count > 0 ? StreamLeadNanoseconds : 0));
            return step.Count;
        }
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> data)
    {
        lock (_lock)
        {
            var step = _model.Write(data, _clock.NowNanoseconds);
            CheckData(step);
            _clock.WaitUntil(step.EndNanoseconds - StreamLeadNanoseconds);
        }
    }

    /// <inheritdoc/>
    public void Reset() => Reset(keepsState: false);

    /// <summary>Resets the device as a server does that leaves the migration state to its client.</summary>
    /// <param name="keepsState">Whether the migration state stays.</param>
    public void Reset(bool keepsState)
    {
        lock (_lock)
        {
            _model.Reset(keepsState);
        }
    }

    /// <summary>Does nothing: the device is memory.</summary>
    public void Dispose()
    {
    }

    private static DeviceOffer MakeOffer(DeviceProfile profile, SimulatedDeviceOptions options)
    {
        var worst = new Dictionary<Arc, TimeSpan>();
        foreach (var arc in DeviceProfile.SingleArcs(profile.Capabilities))
        {
            if (profile.LatencyOf(arc).Worst is { } stated)
            {
                worst[arc] = stated;
            }
        }

        return new DeviceOffer
        {
            DeviceClass = profile.DeviceClass,
            Capabilities = profile.Capabilities,
            CommitArc = profile.CommitArc,
            OffersDataSize = Told(profile.DataSize is not null),
            DataSizeMeaning = profile.DataSize ?? DataSizeMeaning.Total,
            OffersPreCopyInfo = Told(profile.Capabilities.Has(MigrationCapabilities.PreCopy)),
            OffersArcLatency = Told(profile.ReportsArcLatency),
            OffersDeadline = Told(profile.Deadline.Shape != DeadlineShape.None),
            OffersReset = Answer.Yes,
            StreamRestartsAtStopCopy = options.RestartsStreamAtStopCopy,
            StatedWorstCases = worst,
        };
    }

    private static Answer Told(bool isOffered) => isOffered ? Answer.Yes : Answer.No;

    private static ArcResult ResultOf((TransitionPlan Plan, TimeSpan Took) done) =>
        new(done.Plan.Outcome, done.Plan.FinalState, done.Plan.Errno, done.Took);

    private void Check(Answer offered, string what)
    {
        if (offered != Answer.Yes)
        {
            throw new DeviceException(DeviceFault.NotOffered, $"The device {Address} offers no {what}; its profile says so.", Errno.ENOTTY);
        }
    }

    private void CheckData(StreamStep step)
    {
        if (step.Errno != Errno.None)
        {
            throw Failure(step.Errno, $"data in {_model.State.Name()}");
        }
    }

    private DeviceException Failure(Errno errno, string what) => new(
        DeviceFault.Failed, $"The device {Address} refused {what} ({errno}).", errno);
}
