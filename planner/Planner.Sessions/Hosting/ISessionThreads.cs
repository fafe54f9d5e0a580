using System.Threading.Channels;

namespace Planner.Sessions;

/// <summary>How a session gets threads and waits. With one that runs jobs while it waits, a whole session runs on one thread, in an order that can be repeated.</summary>
public interface ISessionThreads
{
    /// <summary>Makes a thread for a device.</summary>
    /// <param name="name">Its name, for people.</param>
    IDeviceThread Start(string name);

    /// <summary>Waits for the next of the things that happened.</summary>
    ValueTask<T> TakeAsync<T>(ChannelReader<T> happened);

    /// <summary>Lets time pass in a job.</summary>
    void Wait(TimeSpan delay, TimeProvider clock);
}

/// <summary>Where the calls of one device on one side run, which block. Disposing waits for what was posted, but not for ever:
/// a call that does not end keeps its thread, and nobody else.</summary>
public interface IDeviceThread : IAsyncDisposable
{
    /// <summary>Runs a job after those that were posted before it. A job does not throw.</summary>
    void Post(Action job);
}
