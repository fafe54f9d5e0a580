using Planner.Measurements;

namespace Planner.Tests.Sessions;

/// <summary>A device in memory that takes no time: it walks the state machine, has an opaque state to stream, checks the image it
/// is given, and does what a test injects.</summary>
internal sealed class FakeDevice(string address, MigrationCapabilities capabilities, byte[]? state = null, int preCopyBytes = 0) : IMigrationDevice
{
    private readonly Lock _lock = new();
    private DeviceState _state = DeviceState.Running;
    private MemoryStream _image = new();
    private byte[] _content = state ?? [];
    private int _readTo;

    public string Address => address;

    public DeviceOffer Offer { get; set; } = new()
    {
        DeviceClass = "test/fake/1",
        Capabilities = capabilities,
        CommitArc = capabilities.Has(MigrationCapabilities.P2P)
            ? new Arc(DeviceState.RunningP2P, DeviceState.Stop)
            : DeviceOffer.CommitArcOfUnknownDriver(capabilities),
        OffersReset = Answer.Yes,
        OffersDataSize = Answer.Yes,
    };

    /// <summary>The bytes a reader gets at once at the most.</summary>
    public int ChunkBytes { get; init; } = 1000;

    /// <summary>Decides what becomes of an arc before it is walked; null for success.</summary>
    public Func<Arc, ArcResult?> OnArc { get; set; } = _ => null;

    /// <summary>Is called before each read, with the number of bytes read so far.</summary>
    public Action<int> OnRead { get; set; } = _ => { };

    /// <summary>Is called before each write, with the number of bytes written so far.</summary>
    public Action<long> OnWrite { get; set; } = _ => { };

    /// <summary>Is called before the state is told.</summary>
    public Action OnAsk { get; set; } = () => { };

    /// <summary>Takes the place of the data size; null for the true one.</summary>
    public Func<long>? OnDataSize { get; set; }

    /// <summary>Takes the place of a reset; null for one that leads to RUNNING.</summary>
    public Action? OnReset { get; set; }

    /// <summary>The length of the image that counts as complete when it is loaded.</summary>
    public int? ExpectsBytes { get; init; }

    public bool IsDisposed { get; private set; }

    /// <summary>The device's state as it would be carried on.</summary>
    public byte[] Content => _content;

    public DeviceState State
    {
        get => _state;
        set => _state = value;
    }

    public DeviceState GetState()
    {
        OnAsk();
        lock (_lock)
        {
            return _state;
        }
    }

    public ArcResult SetState(DeviceState target)
    {
        lock (_lock)
        {
            var arc = new Arc(_state, target);
            if (OnArc(arc) is { } injected)
            {
                _state = injected.State ?? _state;
                return injected;
            }

            if (!MigrationStateMachine.TryGetPath(_state, target, capabilities, out var path))
            {
                return new ArcResult(ArcOutcome.Failed, _state, Errno.EINVAL, TimeSpan.Zero);
            }

            foreach (var step in path)
            {
                if (step.From == DeviceState.Resuming && _image.Length < (ExpectsBytes ?? 0))
                {
                    return new ArcResult(ArcOutcome.Failed, _state, Errno.EINVAL, TimeSpan.Zero);
                }

                Enter(step);
            }

            return new ArcResult(ArcOutcome.Completed, _state, Errno.None, TimeSpan.FromMicroseconds(10));
        }
    }

    public ArcResult SetStateBy(DeviceState target, long deadlineNanoseconds) => SetState(target);

    public long GetDataSizeBytes() => OnDataSize?.Invoke() ?? _content.Length;

    public PreCopyInfo GetPreCopyInfo() => new(Math.Max(0, preCopyBytes - _readTo), 0, false);

    public TimeSpan GetWorstArcLatency(Arc arc) => TimeSpan.FromMilliseconds(1);

    public int Read(Span<byte> buffer)
    {
        OnRead(_readTo);
        lock (_lock)
        {
            if (!_state.IsSaving())
            {
                throw new DeviceException(DeviceFault.Failed, $"{address}: nothing to read in {_state.Name()}.", Errno.EINVAL);
            }

            var end = _state == DeviceState.StopCopy ? _content.Length : Math.Min(preCopyBytes, _content.Length);
            var length = Math.Max(0, Math.Min(Math.Min(ChunkBytes, buffer.Length), end - _readTo));
            _content.AsSpan(_readTo, length).CopyTo(buffer);
            _readTo += length;
            return length;
        }
    }

    public void Write(ReadOnlySpan<byte> data)
    {
        OnWrite(_image.Length);
        lock (_lock)
        {
            if (_state != DeviceState.Resuming)
            {
                throw new DeviceException(DeviceFault.Failed, $"{address}: nothing can be loaded in {_state.Name()}.", Errno.EINVAL);
            }

            _image.Write(data);
        }
    }

    public void Reset()
    {
        if (OnReset is not null)
        {
            OnReset();
            return;
        }

        lock (_lock)
        {
            _state = DeviceState.Running;
            _content = [];
        }
    }

    public void Dispose() => IsDisposed = true;

    private void Enter(Arc arc)
    {
        if (arc.To == DeviceState.Resuming)
        {
            _image = new MemoryStream();
        }
        else if (arc.From == DeviceState.Resuming)
        {
            _content = _image.ToArray();
        }
        else if (arc.To.IsSaving() && !arc.From.IsSaving())
        {
            _readTo = 0;
        }

        _state = arc.To;
    }
}
