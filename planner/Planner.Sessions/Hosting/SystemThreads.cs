using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Planner.Sessions;

/// <summary>A thread of the operating system for each device; the session itself waits on none.</summary>
internal sealed class SystemThreads : ISessionThreads
{
    public static readonly SystemThreads Instance = new();

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
            await _end.Task.ConfigureAwait(false);
            _jobs.Dispose();
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
