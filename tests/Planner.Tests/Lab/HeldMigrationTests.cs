using Planner.Lab;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Lab;

[Collection(QemuCollection.Name)]
[Trait("lab", "qemu")]
public sealed class HeldMigrationTests
{
    private const long ShortPassBytes = 2 << 20;
    private static readonly TimeSpan HoldTime = TimeSpan.FromSeconds(3);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(QemuVersion.V10)]
    [InlineData(QemuVersion.V11)]
    public async Task A_held_migration_waits_for_its_permission_and_the_destination_for_its_order(QemuVersion version)
    {
        await using var run = await HeldRun.StartAsync("ws_64,steady_10", version);
        var settings = await run.Source.ReadSettingsAsync(Cancellation);
        var destinationSettings = await run.Destination.ReadSettingsAsync(Cancellation);
        await run.BeginAsync();
        await run.UntilShortPassesAsync(ShortPassBytes);
        await Task.Delay(HoldTime, Cancellation);
        Assert.Empty(run.FromSource.OfType<GuestStopped>());
        Assert.Equal("running/active", (await run.Source.ReportAsync(HeldRun.HangGuard, Cancellation)).Words);

        var allowed = LabGuest.Now();
        await run.Source.AllowSwitchoverAsync(ShortPassBytes, Cancellation);
        var stopped = await HeldRun.UntilAsync<GuestStopped>(run.FromSource);
        await HeldRun.UntilAsync<MigrationChanged>(run.FromSource, c => c.Status == HypervisorMigrationStatus.Completed);
        await HeldRun.UntilAsync<MigrationChanged>(run.FromDestination, c => c.Status == HypervisorMigrationStatus.Completed);
        var arrived = await run.Destination.ReportAsync(HeldRun.HangGuard, Cancellation);
        Assert.Equal((GuestRunState.Paused, HypervisorMigrationStatus.Completed), (arrived.Guest, arrived.Migration));
        await run.Destination.ContinueAsync(Cancellation);
        var blackout = await run.BlackoutAsync();
        var done = await HeldRun.UntilAsync<SwitchoverDone>(run.FromSource);
        await run.Pair.DestinationGuest.WaitForHeartbeatAsync(HeldRun.HangGuard, Cancellation);
        await Task.Delay(TimeSpan.FromSeconds(1), Cancellation);
        var told = LabGuest.Blackout(run.Pair.SourceGuest, run.Pair.DestinationGuest);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"allowed to stopped {(stopped.ReceivedNanoseconds - allowed) / 1e6:0.0} ms; blackout {blackout.TotalMilliseconds:0.0} ms by events, {told.TotalMilliseconds:0.0} ms by the guest's clock; {done}");

        Assert.InRange(Math.Abs((told - blackout).TotalMilliseconds), 0, 10);
        Assert.InRange(done.StopPhaseBytes!.Value, 1, ShortPassBytes + (1 << 20));
        Assert.Equal("postmigrate/completed", (await run.Source.ReportAsync(HeldRun.HangGuard, Cancellation)).Words);
        await run.Source.RestoreAsync(settings, Cancellation);
        await run.Destination.RestoreAsync(destinationSettings, Cancellation);
        Assert.Equal(settings, await run.Source.ReadSettingsAsync(Cancellation));
        Assert.Equal(destinationSettings, await run.Destination.ReadSettingsAsync(Cancellation));
    }
}
