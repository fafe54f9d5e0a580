using Planner.Measurements;

namespace Planner.Devices;

/// <summary>
/// Knows whether an arc is under way, and for how long. It watches the clock alone: real drivers hold one lock during an arc, so that
/// a question for the state would wait behind it, and nothing in the kernel ends an arc early.
/// </summary>
/// <remarks>Begin and end take no lock and allocate nothing.</remarks>
internal sealed class ArcWatch : IDisposable
{
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromSeconds(1);

    private readonly string _address;
    private readonly VfioOptions _options;
    private readonly ITimer? _timer;

    // The timestamp at which the arc began; 0 while there is none.
    private long _since;
    private long _toldSince;
    private int _target;

    public ArcWatch(string address, VfioOptions options)
    {
        _address = address;
        _options = options;
        if (options.OnOverdue is not null)
        {
            var period = options.OverdueAfter < LongestPeriod ? options.OverdueAfter : LongestPeriod;
            _timer = options.Clock.CreateTimer(_ => Look(), null, period, period);
        }
    }

    /// <summary>Notes the beginning of an arc.</summary>
    /// <returns>False if another one is under way.</returns>
    public bool TryBegin(DeviceState target)
    {
        var now = Math.Max(1, _options.Clock.GetTimestamp());
        if (Interlocked.CompareExchange(ref _since, now, 0) != 0)
        {
            return false;
        }

        Volatile.Write(ref _target, (int)target);
        return true;
    }

    /// <summary>Notes the end of the arc.</summary>
    public void End() => Volatile.Write(ref _since, 0);

    /// <summary>Refuses a question that would have to wait for an arc.</summary>
    /// <exception cref="DeviceException">An arc is under way.</exception>
    public void RequireIdle()
    {
        var since = Volatile.Read(ref _since);
        if (since != 0)
        {
            throw new DeviceException(DeviceFault.Busy, Sentence(since), Errno.EBUSY);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        var since = Volatile.Read(ref _since);
        if (since != 0 && since != _toldSince && _options.Clock.GetElapsedTime(since) >= _options.OverdueAfter)
        {
            _toldSince = since;
            _options.OnOverdue!(Sentence(since));
        }
    }

    private string Sentence(long since)
    {
        var name = ((DeviceState)Volatile.Read(ref _target)).Name();
        return $"{_address}: the arc to {name} has been under way for {Quantity.Format(_options.Clock.GetElapsedTime(since))}; the kernel cannot end it and tells no state before it ends, so wait for it, and see the kernel's log for the device.";
    }
}
