using Planner.Lab;
using Xunit;

namespace Planner.Tests.Lab;

/// <summary>One pair of libvirt hosts for many migrations. Each begins with the guest on the first host alone; it is booted anew only where it is not.</summary>
public sealed class LibvirtLab : IAsyncDisposable
{
    public const double LinkMiBPerSecond = 20;

    // More than the link carries: nothing fits, and the migration is held.
    public const string Busy = "ws_32,steady_60";

    private LibvirtPair? _pair;
    private LabGuest? _guest;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Both daemons up, the link as ever, and the guest on the first host alone.</summary>
    public async Task<(LibvirtPair Pair, LabGuest Guest)> ReadyAsync(string load)
    {
        _pair ??= await LibvirtPair.StartAsync(memoryMiB: 128, LinkMiBPerSecond, Cancellation);
        await _pair.CutAsync(isCut: false, Cancellation);
        await _pair.ShapeAsync(LinkMiBPerSecond, Cancellation);
        if (await _pair.A.StateAsync(LibvirtPair.Domain, Cancellation) == "running" && await _pair.B.StateAsync(LibvirtPair.Domain, Cancellation) is null && _guest is { IsRunning: true })
        {
            foreach (var command in load.Split(','))
            {
                await _guest.CommandAsync(command.Replace('_', ' '), Cancellation);
            }

            return (_pair, _guest);
        }

        foreach (var host in new[] { _pair.A, _pair.B })
        {
            if (await host.StateAsync(LibvirtPair.Domain, Cancellation) is not null)
            {
                await host.VirshAsync(["destroy", LibvirtPair.Domain], Cancellation);
            }
        }

        _guest?.Dispose();
        _guest = await _pair.BootAsync(_pair.A, load, Cancellation);
        return (_pair, _guest);
    }

    public async ValueTask DisposeAsync()
    {
        _guest?.Dispose();
        if (_pair is not null)
        {
            await _pair.DisposeAsync();
        }
    }
}
