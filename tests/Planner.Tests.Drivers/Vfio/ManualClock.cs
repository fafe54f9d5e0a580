namespace Planner.Tests.Vfio;

/// <summary>A clock that stands still until it is moved, and then calls the timers that are due.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly List<Timer> _timers = [];
    private long _now = 1_000_000_000;

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public void Advance(TimeSpan by)
    {
        Interlocked.Add(ref _now, (long)by.TotalNanoseconds);
        foreach (var timer in _timers.ToArray())
        {
            timer.Call();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(() => callback(state));
        _timers.Add(timer);
        return timer;
    }

    private sealed class Timer(Action call) : ITimer
    {
        private bool _isOver;

        public void Call()
        {
            if (!_isOver)
            {
                call();
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => _isOver = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
