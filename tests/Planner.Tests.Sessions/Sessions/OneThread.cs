using System.Threading.Channels;
using Planner.Sessions;
using Planner.Simulation;

namespace Planner.Tests.Sessions;

/// <summary>Runs whole sessions on the thread that asks for them: the jobs of devices run while a session waits, in an order that a seed draws, and time
/// passes only where a device or a job lets it pass.</summary>
internal sealed class OneThread(int seed) : TimeProvider, ISessionThreads, IDeviceClock
{
    private readonly Random _random = new(seed);
    private readonly List<DeviceThread> _threads = [];
    private readonly List<Timer> _timers = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;

    public long NowNanoseconds { get; private set; } = 1_000_000_000;

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => NowNanoseconds;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(NowNanoseconds / TimeSpan.NanosecondsPerTick);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state), NowNanoseconds + (long)dueTime.TotalNanoseconds);
        _timers.Add(timer);
        return timer;
    }

    public IDeviceThread Start(string name)
    {
        var thread = new DeviceThread(this);
        _threads.Add(thread);
        return thread;
    }

    public ValueTask<T> TakeAsync<T>(ChannelReader<T> happened)
    {
        while (true)
        {
            if (happened.TryRead(out var next))
            {
                return ValueTask.FromResult(next);
            }

            Step();
        }
    }

    public void Wait(TimeSpan delay, TimeProvider clock) => WaitUntil(NowNanoseconds + (long)delay.TotalNanoseconds);

    public void WaitUntil(long nanoseconds) => NowNanoseconds = Math.Max(NowNanoseconds, nanoseconds);

    private void Step()
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            throw new InvalidOperationException("This is another thread.");
        }

        var due = _timers.MinBy(t => t.DueNanoseconds);
        var ready = _threads.Where(t => t.Jobs.Count > 0).ToList();
        if (ready.Count > 0 && !(due?.DueNanoseconds <= NowNanoseconds))
        {
            ready[_random.Next(ready.Count)].Jobs.Dequeue()();
        }
        else if (due is not null)
        {
            WaitUntil(due.DueNanoseconds);
            _timers.Remove(due);
            due.Call();
        }
        else
        {
            throw new InvalidOperationException("The session waits for nothing.");
        }
    }

    private sealed class DeviceThread(OneThread owner) : IDeviceThread
    {
        public Queue<Action> Jobs { get; } = new();

        public void Post(Action job) => Jobs.Enqueue(job);

        public ValueTask DisposeAsync()
        {
            while (Jobs.TryDequeue(out var job))
            {
                job();
            }

            owner._threads.Remove(this);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Timer(OneThread owner, Action call, long dueNanoseconds) : ITimer
    {
        public long DueNanoseconds => dueNanoseconds;

        public void Call() => call();

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose() => owner._timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
