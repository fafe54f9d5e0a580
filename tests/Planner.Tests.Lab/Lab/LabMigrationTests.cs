using Planner.Lab;
using Xunit;

namespace Planner.Tests.Lab;

[Collection(QemuCollection.Name)]
[Trait("lab", "qemu")]
public sealed class LabMigrationTests
{
    private const double LinkMiBPerSecond = 50;
    private static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    [Theory]
    [InlineData(QemuVersion.V10, QemuVersion.V10)]
    [InlineData(QemuVersion.V10, QemuVersion.V11)]
    public async Task A_guest_moves_twice_over_the_link_and_its_own_clock_tells_how_long_it_stood_still(QemuVersion from, QemuVersion to)
    {
        var cancel = TestContext.Current.CancellationToken;
        var source = new QemuOptions { Version = from, Load = "ws_32,steady_5" };
        var options = new PairOptions { Source = source, Destination = source with { Version = to }, Link = LinkRate.Steady(LinkMiBPerSecond) };
        await using var pair = await QemuPair.StartAsync(options, cancel);
        await UntilWritingAsync(pair.SourceGuest, cancel);
        for (var move = 0; move < 2; move++)
        {
            var before = pair.SourceGuest.LastHeartbeat!.Value;
            var (blackout, seconds) = await MigrateAsync(pair, cancel);

            // After it has arrived, long enough that a heartbeat with little delay is among them.
            var arrived = await UntilWritingAsync(pair.DestinationGuest, cancel);
            var told = LabGuest.Blackout(pair.SourceGuest, pair.DestinationGuest).TotalMilliseconds;
            TestContext.Current.TestOutputHelper!.WriteLine($"blackout {blackout:0.0} ms by events, {told:0.0} ms by the guest's clock; {pair.Link.BytesForwarded / LinkRate.MiB / seconds:0.0} MiB/s");

            Assert.True(arrived.Sequence > before.Sequence && arrived.WrittenPages > before.WrittenPages);
            Assert.InRange(told, blackout - 30, blackout + 30);
            Assert.InRange(pair.Link.BytesForwarded, 32 * LinkRate.MiB, 512 * LinkRate.MiB);
            Assert.True(pair.Link.BytesForwarded / LinkRate.MiB / seconds < LinkMiBPerSecond * 1.05);
            await pair.NewDestinationAsync(cancel);
        }
    }

    // The blackout in milliseconds by QEMU's events, and how long the whole took.
    private static async Task<(double BlackoutMilliseconds, double Seconds)> MigrateAsync(QemuPair pair, CancellationToken cancel)
    {
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        guard.CancelAfter(HangGuard);
        using var source = new RawMonitor(pair.Source.ObserverPath);
        using var destination = new RawMonitor(pair.Destination.ObserverPath);
        const string Capabilities = """{"execute":"migrate-set-capabilities","arguments":{"capabilities":[{"capability":"events","state":true},{"capability":"return-path","state":true}]}}""";
        source.Execute(Capabilities);
        destination.Execute(Capabilities);
        source.Execute("""{"execute":"migrate-set-parameters","arguments":{"max-bandwidth":0,"downtime-limit":100}}""");
        destination.Execute($$$"""{"execute":"migrate-incoming","arguments":{"uri":"unix:{{{pair.IncomingPath}}}"}}""");
        var begun = LabGuest.Now();
        source.Execute($$$"""{"execute":"migrate","arguments":{"uri":"unix:{{{pair.LinkPath}}}"}}""");
        string status;
        while ((status = source.Execute("""{"execute":"query-migrate"}""").GetProperty("status").GetString()!) is not ("completed" or "failed"))
        {
            await Task.Delay(Poll, guard.Token);
        }

        var seconds = (LabGuest.Now() - begun) / 1e9;
        Assert.Equal("completed", status);
        destination.Execute("""{"execute":"cont"}""");
        destination.Execute("""{"execute":"query-status"}""");
        return ((destination.Events["RESUME"] - source.Events["STOP"]) * 1000, seconds);
    }

    // A second of heartbeats from a guest whose writer is at work.
    private static async Task<Heartbeat> UntilWritingAsync(LabGuest guest, CancellationToken cancel)
    {
        var first = await guest.WaitForHeartbeatAsync(HangGuard, cancel);
        while (true)
        {
            var heartbeat = await guest.WaitForHeartbeatAsync(HangGuard, cancel);
            if (heartbeat.WrittenPages > first.WrittenPages && heartbeat.MonotonicNanoseconds - first.MonotonicNanoseconds >= 1_000_000_000)
            {
                return heartbeat;
            }
        }
    }
}
