using Planner.Engine;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Walks one device through all its arcs, saves its state and loads it back, to measure them.
/// The device ends in the state it was found in, whatever happens on the way.</summary>
/// <remarks>The guest sees every one of these stops. Transfers are kept under <c>CLASS->memory</c> and <c>memory->CLASS</c>: reading and
/// loading do not overlap here, so they are no evidence about a migration's transfer.</remarks>
public sealed class ArcWalk
{
    private const int RestoreTries = 3;

    private readonly IMigrationDevice _device;
    private readonly string _name;
    private readonly TimeProvider _clock;
    private readonly List<ArcSample> _arcs = [];
    private readonly List<TransferSample> _transfers = [];
    private readonly List<StateSizeSample> _sizes = [];
    private long? _expectedBytes;
    private bool _isStateLost;

    /// <summary>Makes a walk.</summary>
    /// <param name="device">The device; it is not disposed.</param>
    /// <param name="name">The device's name in the samples.</param>
    /// <param name="clock">The clock.</param>
    public ArcWalk(IMigrationDevice device, string name, TimeProvider clock)
    {
        _device = device;
        _name = name;
        _clock = clock;
    }

    /// <summary>The largest state that is kept in memory to be loaded back, in bytes; a larger one ends the walk with a reason.</summary>
    public long MaximumStateBytes { get; init; } = 1L << 30;

    /// <summary>Is told about every arc; called on the calling thread.</summary>
    public Action<ArcSample>? OnArc { get; init; }

    private MigrationCapabilities Capabilities => _device.Offer.Capabilities;

    /// <summary>Walks. Called once.</summary>
    /// <param name="rounds">How often; at least 1.</param>
    /// <param name="cancellationToken">Ends the walk after the arc under way, with the device back where it was found.</param>
    public ArcWalkResult Run(int rounds, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        using var saved = new SavedState(MaximumStateBytes);
        var done = 0;
        string? trouble = null;
        try
        {
            var found = _device.GetState();
            if (found != DeviceState.Running)
            {
                return Result(0, $"The device {_device.Address} is in {found.Name()}, and only one in RUNNING is measured: bring it there first.", isRestored: true);
            }

            while (trouble is null && done < rounds)
            {
                trouble = Round(saved, cancellationToken);
                done += trouble is null ? 1 : 0;
            }
        }
        catch (DeviceException e)
        {
            trouble = e.Message;
        }

        var left = trouble is null ? null : Restore(saved);
        return Result(done, left is null ? trouble : $"{trouble} {left}", left is null);
    }

    private ArcWalkResult Result(int rounds, string? trouble, bool isRestored) =>
        new(new MeasurementBatch { Arcs = _arcs, Transfers = _transfers, StateSizes = _sizes }, rounds, trouble, isRestored);

    private string? Round(SavedState saved, CancellationToken cancellationToken)
    {
        var state = DeviceState.Running;
        saved.Clear();
        foreach (var next in ArcTour.Of(Capabilities))
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return "The measurement was cancelled.";
            }

            if (next == DeviceState.StopCopy)
            {
                _expectedBytes = Expect(state, saved.Bytes);
            }

            if (Walk(new Arc(state, next)) is { } failure)
            {
                return failure;
            }

            if (Stream(new Arc(state, next), saved) is { } trouble)
            {
                return trouble;
            }

            state = next;
        }

        return null;
    }

    private string? Walk(Arc arc)
    {
        var result = _device.SetState(arc.To);
        var sample = new ArcSample(_name, _device.Offer.DeviceClass, arc, result.Took, result.Outcome, _clock.GetUtcNow());
        _arcs.Add(sample);
        OnArc?.Invoke(sample);
        return result.Reached ? null : $"The device {_device.Address} failed in {arc}{(result.Errno == Errno.None ? "" : $" with {result.Errno}")}.";
    }

    /// <summary>What there is to read or to load in the state just entered.</summary>
    private string? Stream(Arc arc, SavedState saved)
    {
        switch (arc.To)
        {
            case DeviceState.Resuming:
                Load(saved);
                return null;
            case DeviceState.StopCopy:
                // From PRE_COPY the stream goes on, where it does not start again; any other way there is a whole new one.
                if (!arc.From.IsSaving() || _device.Offer.StreamRestartsAtStopCopy)
                {
                    saved.Clear();
                }

                return Save(saved) ? null : TooLarge();
            case DeviceState.PreCopy when arc.From == DeviceState.Running:
                saved.Clear();
                return saved.ReadFrom(_device) ? null : TooLarge();
            default:
                return null;
        }
    }

    private string TooLarge() => $"The state of the device {_device.Address} is larger than {Quantity.FormatBytes(MaximumStateBytes)}, the most that is kept in memory to load it back.";

    private bool Save(SavedState saved)
    {
        var before = saved.Bytes;
        var started = _clock.GetTimestamp();
        var first = started;
        var fitted = saved.ReadFrom(_device, () => first = _clock.GetTimestamp());
        var ended = _clock.GetTimestamp();
        if (fitted)
        {
            _transfers.Add(Transfer($"{_device.Offer.DeviceClass}->memory", saved.Bytes - before, _clock.GetElapsedTime(started, first), _clock.GetElapsedTime(first, ended)));
            _sizes.Add(new StateSizeSample(_device.Offer.DeviceClass, _expectedBytes, saved.Bytes - before, _clock.GetUtcNow()));
        }

        return fitted;
    }

    private void Load(SavedState saved)
    {
        _isStateLost = true;
        var started = _clock.GetTimestamp();
        saved.WriteTo(_device);
        _transfers.Add(Transfer($"memory->{_device.Offer.DeviceClass}", saved.Bytes, TimeSpan.Zero, _clock.GetElapsedTime(started)));
        _isStateLost = false;
    }

    private TransferSample Transfer(string link, long bytes, TimeSpan untilFirst, TimeSpan moving) =>
        new(link, TransferPhase.StopCopy, bytes, untilFirst, moving, _clock.GetUtcNow());

    private long? Expect(DeviceState state, long preCopiedBytes)
    {
        if (_device.Offer.OffersDataSize != Answer.Yes)
        {
            return null;
        }

        var goesOn = state.IsSaving() && !_device.Offer.StreamRestartsAtStopCopy;
        try
        {
            return StopPhaseSize.Expect(_device.Offer, goesOn ? preCopiedBytes : 0, preCopy: null, _device.GetDataSizeBytes());
        }
        catch (DeviceException e) when (e.Fault == DeviceFault.Unbelievable)
        {
            return null;
        }
    }

    /// <summary>Brings the device back to RUNNING, with the state it had.</summary>
    /// <returns>Null if that was done; else what a person has to do.</returns>
    private string? Restore(SavedState saved)
    {
        var last = "";
        for (var i = 0; i < RestoreTries; i++)
        {
            try
            {
                var state = _device.GetState();
                if (state == DeviceState.Running && !_isStateLost)
                {
                    return null;
                }

                if (state == DeviceState.Error || (state == DeviceState.Resuming && _isStateLost))
                {
                    // Half a state is in the device, or it has failed: what was saved is put back afterwards.
                    _isStateLost = saved.Bytes > 0;
                    state = Empty(state);
                }

                if (_isStateLost && WalkTo(ref state, DeviceState.Resuming))
                {
                    saved.WriteTo(_device);
                    _isStateLost = false;
                }

                if (!_isStateLost && WalkTo(ref state, DeviceState.Running))
                {
                    return null;
                }

                last = $"it is in {state.Name()}";
            }
            catch (DeviceException e)
            {
                last = e.Message.TrimEnd('.');
            }
        }

        return $"The device {_device.Address} could not be brought back to RUNNING ({last}): restart its server (a device of the kernel: bind it to its driver anew).";
    }

    /// <summary>Resets the device where it can be reset; what is in RESUMING all the same begins its image anew by way of STOP.</summary>
    private DeviceState Empty(DeviceState state)
    {
        if (_device.Offer.OffersReset != Answer.No)
        {
            try
            {
                _device.Reset();
            }
            catch (DeviceException e) when (e.Fault == DeviceFault.Failed)
            {
                // It has no reset, or none in this state.
            }

            state = _device.GetState();
        }

        if (state == DeviceState.Resuming)
        {
            _ = WalkTo(ref state, DeviceState.Stop);
        }

        return state;
    }

    private bool WalkTo(ref DeviceState state, DeviceState target)
    {
        while (state != target)
        {
            if (!MigrationStateMachine.TryGetNext(state, target, Capabilities, out var next))
            {
                return false;
            }

            var result = _device.SetState(next);
            state = result.State ?? _device.GetState();
            if (!result.Reached)
            {
                return false;
            }
        }

        return true;
    }
}
