using Planner.Storage;

namespace Planner.Service;

/// <summary>Wakes those who listen when something was changed. What was changed is read from the store, so that nobody misses what was kept.</summary>
internal sealed class EventFeed(ServiceStore records)
{
    private TaskCompletionSource _next = New();

    /// <summary>Is over with the next change.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Tells that something was changed; called once it is kept.</summary>
    public void Wake() => Interlocked.Exchange(ref _next, New()).SetResult();

    /// <summary>Keeps a change by itself, and tells of it.</summary>
    public void Tell(StoredEvent what)
    {
        records.Change(change => change.Append(what));
        Wake();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
