using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Planner.Sessions;

/// <summary>A thread of the operating system for each device; the session itself waits on none.</summary>
internal sealed class SystemThreads : ISessionThreads
{
    public static readonly SystemThreads Instance = new();

    /// <summary>How long what was posted may go on when a thread is disposed of.</summary>
    private static readonly TimeSpan LastJobs = TimeSpan.FromSeconds(1);

    private static int _abandoned;

    /// <summary>The threads of this process that were let go of and are still in a call that does not end.</summary>
    public static int Abandoned => Volatile.Read(ref _abandoned);

    public IDeviceThread Start(string name) => new DeviceThread(name);

    public ValueTask<T> TakeAsync<T>(ChannelReader<T> happened) => happened.ReadAsync(CancellationToken.None);

    public void Wait(TimeSpan delay, TimeProvider clock) => Task.Delay(delay, clock).GetAwaiter().GetResult();

    private sealed class DeviceThread : IDeviceThread
    {
        private readonly BlockingCollection<Action> _jobs = [];
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public DeviceThread(string name) => new Thread(Work) { IsBackground = true, Name = name }.Start();

        public void Post(Action job) => _jobs.Add(job);

        public async ValueTask DisposeAsync()
        {
            _jobs.CompleteAdding();
            if (await Task.WhenAny(_end.Task, Task.Delay(LastJobs)).ConfigureAwait(false) == _end.Task)
            {
                _jobs.Dispose();
                return;
            }

            Interlocked.Increment(ref _abandoned);
            _ = _end.Task.ContinueWith(_ => Interlocked.Decrement(ref _abandoned), TaskScheduler.Default);
        }

        private void Work()
        {
            foreach (var job in _jobs.GetConsumingEnumerable())
            {
                job();
            }

            _end.SetResult();
        }
    }
}
