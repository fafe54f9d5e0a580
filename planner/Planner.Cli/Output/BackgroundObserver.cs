using System.Threading.Channels;
using Planner.Measurements;

namespace Planner.Cli;

/// <summary>Hands notices to other observers on a thread of its own: a slow terminal or collector must not reach into the blackout.
/// What happens in a switchover is handed on after it, or after half a second where it lasts longer.</summary>
internal sealed class BackgroundObserver : ISessionObserver, IAsyncDisposable
{
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(0.5);

    private readonly Channel<SessionNotice> _notices = Channel.CreateUnbounded<SessionNotice>(new UnboundedChannelOptions { SingleReader = true });
    private readonly IReadOnlyList<ISessionObserver> _observers;
    private readonly Task _reader;

    public BackgroundObserver(IReadOnlyList<ISessionObserver> observers)
    {
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
            await QuietTime.OverAsync(LongestHold);
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
