using Planner.Lab;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Lab;

[Collection(QemuCollection.Name)]
[Trait("lab", "qemu")]
public sealed class GuestTests : IAsyncLifetime
{
    private const double PagesPerMiB = 256;
    private static readonly TimeSpan BootLimit = TimeSpan.FromSeconds(120);

    private readonly TemporaryDirectory _folder = new();
    private QemuProcess? _machine;
    private LabGuest? _guest;

    private LabGuest Guest => _guest!;

    public async ValueTask InitializeAsync()
    {
        _machine = await QemuProcess.StartAsync(_folder.File("m0"), new QemuOptions { Load = "ws_16,steady_3" }, destination: false, TestContext.Current.CancellationToken);
        _guest = new LabGuest(_machine.ControlPath);
        await Guest.WaitForHeartbeatAsync(BootLimit, TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        _guest?.Dispose();
        _machine?.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_guest_boots_beats_obeys_and_keeps_its_rates()
    {
        var cancel = TestContext.Current.CancellationToken;

        // The load of the kernel's command line.
        await UntilAsync(h => h.Writer == "steady" && h.WrittenPages > 0);
        Assert.True(Guest.IsRunning);

        await Guest.CommandAsync("ws 64", cancel);
        foreach (var rate in (double[])[0.5, 10, 50, 200])
        {
            await Guest.CommandAsync($"steady {rate}", cancel);
            Assert.InRange(await RateAsync(), rate * 0.95, rate * 1.05);
        }

        await Guest.CommandAsync("random 20", cancel);
        Assert.InRange(await RateAsync(), 19, 21);
        await Guest.CommandAsync("zipf 20 1.0", cancel);
        Assert.InRange(await RateAsync(), 19, 21);
        await Guest.CommandAsync("burst 60 50 150 4", cancel);
        Assert.InRange(await RateAsync(), 14, 22);
        await Guest.CommandAsync("stop", cancel);
        Assert.Equal(0, await RateAsync());
    }

    [Fact]
    public async Task A_guest_refuses_what_it_cannot_do_and_lives_on()
    {
        foreach (var command in (string[])["ws 0", "ws 100000", "ws", "steady", "steady -1", "steady 1 2", "zipf 10", "burst 10 0 100", "burst 10 100 100 11", "hb 0", "dance", new string('x', 90)])
        {
            await Assert.ThrowsAsync<LabException>(() => Guest.CommandAsync(command, TestContext.Current.CancellationToken));
        }

        await Guest.CommandAsync("hb 20", TestContext.Current.CancellationToken);
        await Guest.CommandAsync("ping", TestContext.Current.CancellationToken);
        await UntilAsync(h => h.Writer == "steady");
    }

    [Fact]
    public async Task A_machine_that_is_killed_beats_no_more()
    {
        _machine!.Kill();

        Assert.True(_machine.HasExited);
        await Assert.ThrowsAsync<LabException>(() => Guest.WaitForHeartbeatAsync(BootLimit, TestContext.Current.CancellationToken));
    }

    // MiB/s over a second and more of the guest's own time, so that a busy host does not matter.
    private async Task<double> RateAsync()
    {
        var first = await Guest.WaitForHeartbeatAsync(BootLimit, TestContext.Current.CancellationToken);
        var last = await UntilAsync(h => h.MonotonicNanoseconds - first.MonotonicNanoseconds >= 1_200_000_000);
        return (last.WrittenPages - first.WrittenPages) / PagesPerMiB / ((last.MonotonicNanoseconds - first.MonotonicNanoseconds) / 1e9);
    }

    private async Task<Heartbeat> UntilAsync(Predicate<Heartbeat> condition)
    {
        while (true)
        {
            var heartbeat = await Guest.WaitForHeartbeatAsync(BootLimit, TestContext.Current.CancellationToken);
            if (condition(heartbeat))
            {
                return heartbeat;
            }
        }
    }
}
