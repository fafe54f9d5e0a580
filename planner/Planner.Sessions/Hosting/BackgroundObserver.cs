using System.Threading.Channels;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Hands notices to other observers on a thread of its own: a slow terminal or collector must not reach into the blackout.</summary>
/// <remarks>What happens in a switchover is handed on after it, where whoever owns the process says when that is over.</remarks>
public sealed class BackgroundObserver : ISessionObserver, IAsyncDisposable
{
    private readonly Channel<SessionNotice> _notices = Channel.CreateUnbounded<SessionNotice>(new UnboundedChannelOptions { SingleReader = true });
    private readonly IReadOnlyList<ISessionObserver> _observers;
    private readonly Func<Task>? _untilQuietIsOver;
    private readonly Task _reader;

    /// <summary>Begins to hand on.</summary>
    /// <param name="observers">Who is told, in this order.</param>
    /// <param name="untilQuietIsOver">Waits until no switchover is under way, or for as long as nothing may be held back; null to hold nothing back.</param>
    public BackgroundObserver(IReadOnlyList<ISessionObserver> observers, Func<Task>? untilQuietIsOver = null)
    {
        _untilQuietIsOver = untilQuietIsOver;
        _observers = observers;
        _reader = Task.Run(ReadAsync);
    }

    /// <inheritdoc/>
    public void On(SessionNotice notice) => _notices.Writer.TryWrite(notice);

    /// <summary>Waits until everything has been handed on.</summary>
    public async ValueTask DisposeAsync()
    {
        _notices.Writer.TryComplete();
        await _reader;
    }

    private async Task ReadAsync()
    {
        await foreach (var notice in _notices.Reader.ReadAllAsync())
        {
            if (_untilQuietIsOver is not null)
            {
                await _untilQuietIsOver();
            }

            foreach (var observer in _observers)
            {
                try
                {
                    observer.On(notice);
                }
                catch (Exception)
                {
                    // Whatever it is, it costs the observer its own output: the migration goes on without an audience.
                }
            }
        }
    }
}
