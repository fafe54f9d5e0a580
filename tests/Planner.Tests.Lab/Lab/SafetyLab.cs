using Planner.Lab;
using Xunit;

namespace Planner.Tests.Lab;

/// <summary>One pair of machines for many migrations: whichever side the guest is on is the next source. Booted anew only where the guest was lost.</summary>
public sealed class SafetyLab : IAsyncDisposable
{
    private const double LinkMiBPerSecond = 50;

    private QemuPair? _pair;
    private bool _isFresh;

    /// <summary>The machines' options; both sides have them.</summary>
    public static QemuOptions Machine { get; } = new() { MemoryMiB = 256, Load = "ws_32,steady_5" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A running source, and a destination that was not used.</summary>
    public async Task<QemuPair> ReadyAsync()
    {
        if (_pair is null || !await RenewAsync(_pair))
        {
            await DisposeAsync();
            _pair = await QemuPair.StartAsync(new PairOptions { Source = Machine }, Cancellation);
        }

        _isFresh = false;
        _pair.Link.Rate = LinkRate.Steady(LinkMiBPerSecond);
        return _pair;
    }

    /// <summary>Tells that the destination was not touched, so that the next migration may have it.</summary>
    public void LeaveFresh() => _isFresh = true;

    public async ValueTask DisposeAsync()
    {
        if (_pair is not null)
        {
            await _pair.DisposeAsync();
            _pair = null;
        }
    }

    private async Task<bool> RenewAsync(QemuPair pair)
    {
        if (await IsUsableAsync(pair.Source))
        {
            if (!_isFresh)
            {
                await pair.ReplaceDestinationAsync(Cancellation);
            }

            return true;
        }

        if (await IsUsableAsync(pair.Destination))
        {
            await pair.NewDestinationAsync(Cancellation);
            return true;
        }

        return false;
    }

    private static async Task<bool> IsUsableAsync(QemuProcess machine)
    {
        if (machine.HasExited)
        {
            return false;
        }

        using var watch = await MachineWatch.StartAsync(machine.ObserverPath);
        return watch.RanAtFirst && await watch.MigrationAsync() is "none" or "completed" or "cancelled" or "failed";
    }
}
