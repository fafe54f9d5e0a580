using System.Threading.Channels;
using Planner.Measurements;

namespace Planner.Hypervisors;

/// <summary>Asks whether the guest runs, every few milliseconds while QEMU may stop it: a stop lies between the last answer that it ran and STOP, which needs no clock of
/// another host.</summary>
/// <remarks>One question at a time, and none once the guest has stopped, since QEMU does not answer while it saves the devices.</remarks>
internal sealed class RunWatch : IAsyncDisposable
{
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan QueryLimit = TimeSpan.FromSeconds(10);

    private readonly IQemuVoice _qemu;
    private readonly TimeProvider _clock;
    private readonly Func<long> _epoch;
    private readonly Action<HypervisorEvent, long> _tell;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _running;
    private volatile bool _isPermitted;

    /// <summary>Begins to watch; nothing is asked before QEMU may stop the guest.</summary>
    /// <param name="qemu">The QEMU.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="epoch">Counts the stops: what was asked before one is no longer true.</param>
    /// <param name="tell">Takes what was found, and the epoch in which it was asked.</param>
    public RunWatch(IQemuVoice qemu, TimeProvider clock, Func<long> epoch, Action<HypervisorEvent, long> tell)
    {
        (_qemu, _clock, _epoch, _tell) = (qemu, clock, epoch, tell);
        _running = Task.Run(RunAsync);
    }

    /// <summary>Whether QEMU may stop the guest.</summary>
    public bool IsPermitted
    {
        set
        {
            _isPermitted = value;
            _wake.Writer.TryWrite(true);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var _ in _wake.Reader.ReadAllAsync(_closing.Token).ConfigureAwait(false))
            {
                while (_isPermitted)
                {
                    await AskAsync().ConfigureAwait(false);
                    await Task.Delay(Gap, _clock, _closing.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Closed.
        }
    }

    private async Task AskAsync()
    {
        try
        {
            var (epoch, asked) = (_epoch(), _clock.NowNanoseconds());
            var state = await _qemu.AskRunStateAsync(QueryLimit, _closing.Token).ConfigureAwait(false);
            if (state == QmpRunState.Running)
            {
                _tell(new GuestRan(asked) { ReceivedNanoseconds = _clock.NowNanoseconds() }, epoch);
            }
        }
        catch (Exception e) when (e is QmpException or HypervisorException)
        {
            // One answer less; whoever reads the events says so if the connection has ended.
            _isPermitted &= !_qemu.HasEnded;
        }
    }
}
