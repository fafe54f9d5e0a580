using System.Threading.Channels;
using Planner.Sessions;

namespace Planner.Simulation;

/// <summary>Virtual time in which a planner runs whole on the thread that asks for it: its session, the threads of its devices and its timers.</summary>
/// <remarks>
/// A job of a device's thread is carried out at once, on a time of its own that runs ahead; what it says and writes comes to pass when the world's time is
/// there. So arcs of several devices last side by side, and a process that is killed meanwhile has said nothing. A call that never ends goes on until <see cref="Never"/>.
/// </remarks>
internal sealed class WorldTime : TimeProvider, ISessionThreads, IDeviceClock
{
    /// <summary>No session that ends takes as many steps.</summary>
    private const int MostSteps = 200_000;

    private const long NanosecondsPerTick = TimeSpan.NanosecondsPerTick;

    /// <summary>A moment that no session lives to see.</summary>
    private const long Never = long.MaxValue / 4;

    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<Due, (long At, long Order)> _due = new();
    private readonly Queue<object> _told = new();
    private DeviceThread? _job;
    private Action<DeviceThread>? _listen;
    private bool _isDead;
    private long _now = 1_000_000_000;
    private long _ahead;
    private long _order;
    private int _steps;

    /// <summary>Whether the process was killed.</summary>
    public bool IsDead => _isDead;

    /// <summary>How many processes there were before this one.</summary>
    public int Life { get; private set; }

    /// <summary>What the process has done that the world could see, such as commands to devices and writes to files.</summary>
    public int Effects { get; private set; }

    /// <summary>At which effect the process is killed; 0 for never.</summary>
    public int KillAtEffect { get; set; }

    /// <summary>The thread of the job that is under way, for <see cref="Free"/>; null outside of jobs.</summary>
    public object? CurrentThread => _job;

    public long NowNanoseconds => _job is null ? _now : _ahead;

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => NowNanoseconds;

    public override DateTimeOffset GetUtcNow() => Epoch.AddTicks(Math.Min(NowNanoseconds, Never / 1000) / NanosecondsPerTick);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer();
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            At(NowNanoseconds + (dueTime.Ticks * NanosecondsPerTick), () =>
            {
                if (!timer.IsDisposed)
                {
                    callback(state);
                }
            });
        }

        return timer;
    }

    public IDeviceThread Start(string name) => new DeviceThread(this);

    public ValueTask<T> TakeAsync<T>(ChannelReader<T> happened)
    {
        _listen = thread =>
        {
            while (happened.TryRead(out var said))
            {
                object late = said!;
                At(_ahead, () => _told.Enqueue(late), thread);
            }
        };
        while (true)
        {
            if (_isDead)
            {
                throw new ProcessKilledException();
            }

            while (happened.TryRead(out var next))
            {
                _told.Enqueue(next!);
            }

            if (_told.TryDequeue(out var told))
            {
                return ValueTask.FromResult((T)told);
            }

            Step();
        }
    }

    public void Wait(TimeSpan delay, TimeProvider clock) => WaitUntil(NowNanoseconds + (delay.Ticks * NanosecondsPerTick));

    public void WaitUntil(long nanoseconds)
    {
        if (_job is null)
        {
            _now = Math.Max(_now, nanoseconds);
        }
        else
        {
            _ahead = Math.Max(_ahead, nanoseconds);
        }
    }

    /// <summary>Takes the job to a moment of its own, back as well as on: it does the work of two.</summary>
    public void Turn(long nanoseconds) => _ahead = nanoseconds;

    /// <summary>The job comes to no end.</summary>
    public void Hang() => WaitUntil(Never);

    /// <summary>Whether the job has come to where it has no end.</summary>
    public bool IsHung => NowNanoseconds >= Never;

    /// <summary>Lets a thread whose job has no end go on to its next job.</summary>
    public void Free(object thread)
    {
        var freed = (DeviceThread)thread;
        if (freed.FreeAt >= Never)
        {
            freed.FreeAt = NowNanoseconds;
            Schedule(freed);
        }
    }

    /// <summary>Does something once the world's time is where the job is, if the process lives to do it; at once outside of jobs.</summary>
    public void Later(Action act)
    {
        if (_job is { } thread)
        {
            At(_ahead, act, thread);
        }
        else
        {
            act();
        }
    }

    /// <summary>Does something at a moment, if the process lives to do it.</summary>
    public void At(long nanoseconds, Action act) => At(nanoseconds, act, null);

    /// <summary>Something happens in the world at a moment, whatever becomes of the process.</summary>
    public void Happens(long nanoseconds, Action act) => _due.Enqueue(new Due(act, null, IsOfWorld: true), (nanoseconds, _order++));

    /// <summary>Lets time go by without a process.</summary>
    public void Pass(TimeSpan span)
    {
        var until = _now + (span.Ticks * NanosecondsPerTick);
        while (_due.TryPeek(out _, out var when) && when.At <= until)
        {
            Step();
        }

        _now = until;
    }

    /// <summary>The process does something that the world can see; it may be killed before.</summary>
    /// <exception cref="ProcessKilledException">It is dead.</exception>
    public void Effect()
    {
        if (!_isDead && ++Effects == KillAtEffect)
        {
            Kill();
        }

        if (_isDead)
        {
            throw new ProcessKilledException();
        }
    }

    /// <summary>Ends the process: nothing that it was about to do is done.</summary>
    public void Kill()
    {
        _isDead = true;
        Forget();
    }

    /// <summary>Begins another process.</summary>
    public void Revive()
    {
        (_isDead, _job, _listen) = (false, null, null);
        (Effects, KillAtEffect, _steps) = (0, 0, 0);
        Forget();
        Life++;
    }

    /// <summary>What a process was about to do and to hear is gone with it.</summary>
    private void Forget()
    {
        var ofWorld = _due.UnorderedItems.Where(d => d.Element.IsOfWorld).ToList();
        _due.Clear();
        _due.EnqueueRange(ofWorld);
        _told.Clear();
    }

    private void At(long nanoseconds, Action act, DeviceThread? thread) => _due.Enqueue(new Due(act, thread), (nanoseconds, _order++));

    private void Step()
    {
        if (!_due.TryDequeue(out var due, out var when))
        {
            throw new WorldStuckException("the session waits for nothing");
        }

        if (++_steps > MostSteps)
        {
            throw new WorldStuckException($"the session has not come to an end after {MostSteps} steps");
        }

        _now = Math.Max(_now, when.At);
        if (due.Thread is not { IsDisposed: true })
        {
            due.Act();
        }
    }

    private void Schedule(DeviceThread thread)
    {
        if (!thread.IsScheduled && thread.Jobs.Count > 0 && thread.FreeAt < Never)
        {
            thread.IsScheduled = true;
            At(Math.Max(NowNanoseconds, thread.FreeAt), () => Run(thread), thread);
        }
    }

    private void Run(DeviceThread thread)
    {
        thread.IsScheduled = false;
        (_job, _ahead) = (thread, _now);
        try
        {
            thread.Jobs.Dequeue()();
            if (!_isDead)
            {
                _listen?.Invoke(thread);
            }

            thread.FreeAt = _ahead;
        }
        finally
        {
            _job = null;
        }

        Schedule(thread);
    }

    private readonly record struct Due(Action Act, DeviceThread? Thread, bool IsOfWorld = false);

    private sealed class DeviceThread(WorldTime world) : IDeviceThread
    {
        public Queue<Action> Jobs { get; } = new();

        public long FreeAt { get; set; }

        public bool IsScheduled { get; set; }

        public bool IsDisposed { get; private set; }

        public void Post(Action job)
        {
            Jobs.Enqueue(job);
            world.Schedule(this);
        }

        public ValueTask DisposeAsync()
        {
            // What was posted is begun no more, and what is under way is said to nobody.
            IsDisposed = true;
            Jobs.Clear();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Timer : ITimer
    {
        public bool IsDisposed { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose() => IsDisposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
