using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>One device on one side with the thread of its own that its calls block.</summary>
internal sealed class DeviceWorker : IAsyncDisposable
{
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(100);

    private readonly SessionServices _services;
    private readonly IDeviceThread _thread;
    private IMigrationDevice? _device;
    private bool _isOwned;
    private int _underWay;
    private volatile bool _isLetGo;

    /// <param name="address">The device's address.</param>
    /// <param name="device">The device; null to open it when its state is first asked for.</param>
    /// <param name="services">Opens the device anew, and says how patiently.</param>
    public DeviceWorker(string address, IMigrationDevice? device, SessionServices services)
    {
        Address = address;
        _device = device;
        _services = services;
        _thread = services.Threads.Start($"device {address}");
    }

    public string Address { get; }

    /// <summary>Whether it took the place of one that was let go of.</summary>
    public bool IsReplacement { get; private init; }

    /// <summary>Whether nobody waits for it any more: what it still does must not count.</summary>
    public bool IsLetGo => _isLetGo;

    /// <summary>Whether a job is under way or waits.</summary>
    public bool IsBusy => Volatile.Read(ref _underWay) > 0;

    /// <summary>Runs a job on the device's thread, after those before it. A job must not throw.</summary>
    public void Post(Action job)
    {
        Interlocked.Increment(ref _underWay);
        _thread.Post(() =>
        {
            if (!_isLetGo)
            {
                job();
            }

            Interlocked.Decrement(ref _underWay);
        });
    }

    /// <summary>Lets go of the device and of the thread, which may be in a call that does not end; called from another thread.</summary>
    /// <returns>The worker that takes its place. It opens the device anew where its connection could be cut.</returns>
    public DeviceWorker Replace()
    {
        _isLetGo = true;
        var isCut = _device?.TryCutOff() ?? true;
        _ = _thread.DisposeAsync().AsTask();
        return new DeviceWorker(Address, null, isCut ? _services : _services with { Drivers = null }) { IsReplacement = true };
    }

    /// <summary>The device; on its thread only.</summary>
    /// <exception cref="DeviceException">It is not open.</exception>
    public IMigrationDevice Device => _device ?? throw new DeviceException(DeviceFault.Disconnected, $"{Address}: the device is not open.");

    /// <summary>Sends the device along an arc; on its thread only.</summary>
    public ArcResult RunArc(Arc arc, long? deadlineNanoseconds)
    {
        try
        {
            return deadlineNanoseconds is { } deadline ? Device.SetStateBy(arc.To, deadline) : Device.SetState(arc.To);
        }
        catch (Exception e)
        {
            // Whatever it is, the guest has to be brought to where it runs.
            return new ArcResult(ArcOutcome.Unknown, null, (e as DeviceException)?.Errno ?? Errno.None, TimeSpan.Zero);
        }
    }

    /// <summary>Asks the device for its state, patiently: a server may still be busy with an arc. On its thread only.</summary>
    /// <returns>The state, or why it cannot be asked.</returns>
    public (DeviceState? State, string? Trouble) AskState()
    {
        var answer = AskPatiently();
        if (_isLetGo && _isOwned)
        {
            // It was opened for nobody.
            Forget();
        }

        return answer;
    }

    private (DeviceState? State, string? Trouble) AskPatiently()
    {
        var since = _services.Clock.GetTimestamp();
        while (!_isLetGo)
        {
            try
            {
                Open();
                return (Device.GetState(), null);
            }
            catch (Exception e)
            {
                var fault = (e as DeviceException)?.Fault;
                var isPointless = fault is null or DeviceFault.NotFound or DeviceFault.NoPermission or DeviceFault.NoMigration
                    || (_device is null && _services.Drivers is null);
                if (isPointless || _services.Clock.GetElapsedTime(since) >= _services.StatePatience)
                {
                    return (null, e.Message.TrimEnd('.'));
                }

                // A connection that timed out, ended or broke the protocol can never be trusted again. A device that only answered, or is
                // still busy with an arc, must stay open: closing a device of the kernel would reset it.
                if (fault is not (DeviceFault.Failed or DeviceFault.Busy) && _services.Drivers is not null)
                {
                    Forget();
                }
            }

            _services.Threads.Wait(AskAgainAfter, _services.Clock);
        }

        return (null, "nobody waits for it any more");
    }

    /// <summary>Resets the device; on its thread only.</summary>
    /// <returns>Why it failed; null if it did not.</returns>
    public string? Reset()
    {
        try
        {
            Device.Reset();
            return null;
        }
        catch (Exception e)
        {
            return e.Message;
        }
    }

    /// <summary>Ends the thread after the jobs that were posted, which are not waited for long: a call may never end.</summary>
    public async ValueTask DisposeAsync()
    {
        // What was given up is not begun any more; only the journal's session may append to it.
        _isLetGo = true;
        await _thread.DisposeAsync().ConfigureAwait(false);
        if (_isOwned)
        {
            _device?.Dispose();
        }
    }

    private void Open()
    {
        if (_device is null && _services.Drivers is { } drivers)
        {
            _device = drivers.ReopenDevice(Address);
            _isOwned = true;
        }
    }

    private void Forget()
    {
        // The caller's own device is closed too: a server takes one client at a time.
        _device?.Dispose();
        _device = null;
    }
}
