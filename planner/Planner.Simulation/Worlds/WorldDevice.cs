using Planner.Measurements;

namespace Planner.Simulation;

/// <summary>A simulated device as the world has it: it outlives the process that walks it, and goes on with what it was told.</summary>
internal sealed class WorldDevice
{
    private readonly WorldTime _time;
    private readonly IReadOnlyList<WorldFault> _faults;
    private readonly WorldHistory _history;
    private int _commands;
    private int _chunks;
    private Action? _disconnect;

    public WorldDevice(string name, MigrationSide side, int index, DeviceProfile profile, SimulatedDeviceOptions options, WorldTime time, IEnumerable<WorldFault> faults, WorldHistory history)
    {
        (Name, Side, Index, _time, _history) = (name, side, index, time, history);
        _faults = [.. faults.Where(f => f.Side == side && f.Device == index)];
        Model = new SimulatedDeviceModel(profile, options);
        Offer = new SimulatedDevice(profile, Address, options).Offer;
    }

    public string Name { get; }

    public string Address => $"{WorldDriver.SchemeName}:{Name}";

    public MigrationSide Side { get; }

    public int Index { get; }

    public DeviceOffer Offer { get; init; }

    public SimulatedDeviceModel Model { get; }

    /// <summary>Whether the end of a connection resets it.</summary>
    public bool ResetsOnDisconnect { get; init; }

    /// <summary>Whether a call that is under way ends with its connection, as that of a server does and that of the kernel does not.</summary>
    public bool CanBeCutOff { get; init; }

    /// <summary>Faults happen only while this is set.</summary>
    public bool MayFail { get; set; }

    private bool IsGone { get; set; }

    private long BusyUntil { get; set; }

    /// <summary>Connects a process to it.</summary>
    /// <exception cref="DeviceException">It is gone, or does not answer.</exception>
    public IMigrationDevice Open()
    {
        if (IsGone)
        {
            throw new DeviceException(DeviceFault.NotFound, $"{Address}: there is no such device.");
        }

        WaitUntilFree();
        var client = new Client(this);
        _disconnect = client.Dispose;
        return client;
    }

    /// <summary>The process that was connected has ended.</summary>
    public void Disconnect() => _disconnect?.Invoke();

    private void WaitUntilFree()
    {
        var longest = _time.NowNanoseconds + DeviceWorld.AskLimitNanoseconds;
        _time.WaitUntil(Math.Min(longest, BusyUntil));
        if (BusyUntil > longest)
        {
            throw new DeviceException(DeviceFault.TimedOut, $"{Address}: the device does not answer.");
        }
    }

    private void Break(Client client)
    {
        client.IsBroken = true;
        if (ResetsOnDisconnect && !IsGone)
        {
            Model.Reset();
            _history.Changed(this, _time.NowNanoseconds);
        }
    }

    private bool Strikes(WorldFaultKind kind, int count) => MayFail && _faults.Any(f => f.Kind == kind && f.At == count);

    private ArcResult Command(Client client, DeviceState target, long? deadline)
    {
        _time.Effect();
        var begin = Math.Max(_time.NowNanoseconds, BusyUntil);
        if (client.IsBroken || IsGone)
        {
            return new ArcResult(ArcOutcome.Unknown, null, Errno.None, TimeSpan.Zero);
        }

        _commands++;
        if (Strikes(WorldFaultKind.Die, _commands))
        {
            (IsGone, client.IsBroken) = (true, true);
            _history.Vanished(this, begin);
            return new ArcResult(ArcOutcome.Unknown, null, Errno.None, TimeSpan.Zero);
        }

        var from = Model.State;
        var plan = Model.Begin(target, begin, deadline);
        var end = begin + (Slowness(from, target) * (plan.EndNanoseconds - begin));
        BusyUntil = end;
        if (Strikes(WorldFaultKind.Hang, _commands))
        {
            BusyUntil = long.MaxValue;
            _history.Commanded(this, from, target, begin, long.MaxValue);
            _time.Hang();
            return new ArcResult(ArcOutcome.Unknown, null, Errno.None, TimeSpan.Zero);
        }

        _history.Commanded(this, from, target, begin, end);
        _history.Changed(this, end);
        _time.WaitUntil(end);
        if (Strikes(WorldFaultKind.LoseReply, _commands))
        {
            Break(client);
            return new ArcResult(ArcOutcome.Unknown, null, Errno.None, TimeSpan.FromTicks((end - begin) / TimeSpan.NanosecondsPerTick));
        }

        return new ArcResult(plan.Outcome, plan.FinalState, plan.Errno, TimeSpan.FromTicks((end - begin) / TimeSpan.NanosecondsPerTick));
    }

    private long Slowness(DeviceState from, DeviceState target) =>
        Strikes(WorldFaultKind.Slow, _commands) ? 1000
        : MayFail && target is DeviceState.RunningP2P or DeviceState.PreCopyP2P && from is DeviceState.Running or DeviceState.PreCopy
            && _faults.FirstOrDefault(f => f.Kind == WorldFaultKind.SlowQuiesce) is { } slow ? 2L << slow.At
        : 1;

    private int Stream(Client client, Func<long, StreamStep> carry)
    {
        client.ThrowIfBroken();
        _chunks++;
        if (Strikes(WorldFaultKind.StallStream, _chunks))
        {
            BusyUntil = long.MaxValue;
            _time.Hang();
        }

        if (Strikes(WorldFaultKind.BreakStream, _chunks))
        {
            throw new DeviceException(DeviceFault.Failed, $"{Address}: the stream failed.", Errno.EIO);
        }

        var step = carry(_time.NowNanoseconds);
        if (step.Errno != Errno.None)
        {
            throw new DeviceException(DeviceFault.Failed, $"{Address}: no data in {Model.State.Name()}.", step.Errno);
        }

        _time.WaitUntil(step.EndNanoseconds);
        return step.Count;
    }

    /// <summary>A process's connection to the device.</summary>
    private sealed class Client(WorldDevice device) : IMigrationDevice
    {
        public bool IsBroken { get; set; }

        public string Address => device.Address;

        public DeviceOffer Offer => device.Offer;

        public DeviceState GetState()
        {
            ThrowIfBroken();
            device.WaitUntilFree();
            return device.Model.State;
        }

        public ArcResult SetState(DeviceState target) => device.Command(this, target, null);

        public ArcResult SetStateBy(DeviceState target, long deadlineNanoseconds) => device.Command(this, target, deadlineNanoseconds);

        public long GetDataSizeBytes()
        {
            ThrowIfBroken();
            return device.Model.DataSizeBytes(device._time.NowNanoseconds);
        }

        public PreCopyInfo GetPreCopyInfo()
        {
            ThrowIfBroken();
            return device.Model.PreCopyInfo(device._time.NowNanoseconds)
                ?? throw new DeviceException(DeviceFault.Failed, $"{Address}: no pre-copy in {device.Model.State.Name()}.", Errno.EINVAL);
        }

        public TimeSpan GetWorstArcLatency(Arc arc)
        {
            ThrowIfBroken();
            return TimeSpan.FromTicks((device.Model.WorstArcLatencyNanoseconds(arc)
                ?? throw new DeviceException(DeviceFault.Failed, $"{Address}: no latency of {arc}.", Errno.EINVAL)) / TimeSpan.NanosecondsPerTick);
        }

        public int Read(Span<byte> buffer)
        {
            var into = new byte[buffer.Length];
            var count = device.Stream(this, now => device.Model.Read(into, now));
            into.AsSpan(0, count).CopyTo(buffer);
            return count;
        }

        public void Write(ReadOnlySpan<byte> data)
        {
            var from = data.ToArray();
            device.Stream(this, now => device.Model.Write(from, now));
        }

        public bool TryCutOff()
        {
            if (device.CanBeCutOff && !IsBroken)
            {
                device.Break(this);
            }

            return device.CanBeCutOff;
        }

        public void Reset()
        {
            device._time.Effect();
            ThrowIfBroken();
            device.WaitUntilFree();
            device.Model.Reset();
            device._history.Reset(device, device._time.NowNanoseconds);
            device._history.Changed(device, device._time.NowNanoseconds);
        }

        public void Dispose()
        {
            if (!IsBroken)
            {
                device.Break(this);
            }
        }

        public void ThrowIfBroken()
        {
            if (IsBroken || device.IsGone)
            {
                IsBroken = true;
                throw new DeviceException(DeviceFault.Disconnected, $"{Address}: the connection ended.");
            }
        }
    }
}
