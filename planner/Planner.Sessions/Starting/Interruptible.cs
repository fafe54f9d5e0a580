namespace Planner.Sessions;

/// <summary>Work that may block for ever while nothing has been touched yet: a file that is a pipe nobody writes, a disk that does not answer.</summary>
public static class Interruptible
{
    /// <summary>Does the work on a thread of its own, and leaves it behind when the command is asked to stop.</summary>
    /// <param name="work">The work.</param>
    /// <param name="stop">The wish to stop.</param>
    /// <exception cref="OperationCanceledException">The command was asked to stop first.</exception>
    public static T Run<T>(Func<T> work, CancellationToken stop)
    {
        var done = Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Task.WaitAny([done], stop);
        return done.GetAwaiter().GetResult();
    }
}
