namespace Planner.Cli;

/// <summary>Keeps the garbage collector and the audience away from the switchovers of this process: from before a decision until the machine runs again.</summary>
/// <remarks>Whoever prints or exports has code compiled and takes a processor that the devices need: on two processors that was half of a blackout of 19 ms. The runtime collects once at the beginning, while the guest still runs. Sessions that ask at the same time share one quiet time. Where the
/// runtime will not promise it they go on without: what is allocated in a switchover is a small part of one generation.</remarks>
internal sealed class QuietTime : IDisposable
{
    // Far above what a switchover allocates, and small enough for a guest of 256 MiB.
    private const long Bytes = 8L << 20;

    private static readonly Lock Gate = new();
    private static int _asked;
    private static TaskCompletionSource? _over;

    /// <summary>Collects now, and not again until everybody who has asked has disposed of what they got.</summary>
    public static IDisposable Ask()
    {
        Count(+1, 1, () => GC.TryStartNoGCRegion(Bytes));
        return new QuietTime();
    }

    /// <inheritdoc/>
    public void Dispose() => Count(-1, 0, GC.EndNoGCRegion);

    /// <summary>Waits until nobody asks for quiet.</summary>
    /// <param name="atMost">The longest wait: a switchover that does not end is to be seen.</param>
    public static Task OverAsync(TimeSpan atMost)
    {
        lock (Gate)
        {
            return _over is null ? Task.CompletedTask : Task.WhenAny(_over.Task, Task.Delay(atMost));
        }
    }

    private static void Count(int change, int turn, Action act)
    {
        lock (Gate)
        {
            try
            {
                _asked += change;
                Announce();
                if (_asked == turn)
                {
                    act();
                }
            }
            catch (Exception e) when (e is InvalidOperationException or ArgumentOutOfRangeException)
            {
                // It was not promised, or more was allocated than was set aside and the runtime ended it by itself.
            }
        }
    }

    private static void Announce()
    {
        if (_asked > 0)
        {
            _over ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return;
        }

        _over?.TrySetResult();
        _over = null;
    }
}
