using Planner.Evaluation;
using Planner.Hypervisors;
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
        // A guest that gets no CPU between two passes has nothing left to send, and then QEMU stops it whatever was said: so this one writes much.
        await using var run = await HeldRun.StartAsync("ws_64,steady_30", version);
        var recorded = new MemoryStream();
        using var recorder = new QemuRecorder(recorded);
        run.Source.Trace = recorder.Take;
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
        recorder.Dispose();
        var recording = QemuRecordingReader.Read(new MemoryStream(recorded.ToArray()), "held.jsonl").Single();
        Assert.Equal(done.StopPhaseBytes!.Value, (long)recording.Outcome!.StopPhaseBytes);
        Assert.Contains(recording.Events, e => e.Name == "STOP");
        Assert.InRange(done.StopPhaseBytes!.Value, 1, ShortPassBytes + (1 << 20));
        Assert.Equal("postmigrate/completed", (await run.Source.ReportAsync(HeldRun.HangGuard, Cancellation)).Words);
        await run.Source.RestoreAsync(settings, Cancellation);
        await run.Destination.RestoreAsync(destinationSettings, Cancellation);
        Assert.Equal(settings, await run.Source.ReadSettingsAsync(Cancellation));
        Assert.Equal(destinationSettings, await run.Destination.ReadSettingsAsync(Cancellation));
    }

    [Fact]
    public async Task A_held_migration_that_is_cancelled_leaves_the_source_running_as_it_was()
    {
        await using var run = await HeldRun.StartAsync("ws_64,steady_10");
        var settings = await run.Source.ReadSettingsAsync(Cancellation);
        await run.BeginAsync();
        await run.UntilShortPassesAsync(64 << 20);
        await run.Source.AllowSwitchoverAsync(1, Cancellation);
        await run.Source.HoldAsync(Cancellation);
        await run.Source.CancelAsync(Cancellation);

        // QEMU 10.0 calls it failed now and then.
        await HeldRun.UntilAsync<MigrationChanged>(run.FromSource, c => c.Status is HypervisorMigrationStatus.Cancelled or HypervisorMigrationStatus.Failed);
        await run.Source.CancelAsync(Cancellation);
        await run.Source.RestoreAsync(settings, Cancellation);
        Assert.Equal(settings, await run.Source.ReadSettingsAsync(Cancellation));
        Assert.Equal(GuestRunState.Running, (await run.Source.ReportAsync(HeldRun.HangGuard, Cancellation)).Guest);
        await run.Pair.SourceGuest.WaitForHeartbeatAsync(HeldRun.HangGuard, Cancellation);

        // The destination ends by itself, and may be told to at any time.
        await run.Destination.QuitAsync(Cancellation);
        await run.Pair.Destination.WaitForExitAsync(Cancellation);
        await HeldRun.UntilAsync<MonitorLost>(run.FromDestination);
        await run.Destination.RestoreAsync(settings, Cancellation);
    }

    [Fact]
    public async Task A_destination_listens_once_and_a_source_not_at_all()
    {
        await using var run = await HeldRun.StartAsync("ws_64,steady_10");
        var channel = $"unix:{run.Pair.IncomingPath}";
        await run.Destination.ListenAsync(channel, mayListenAlready: true, Cancellation);
        await run.Destination.ListenAsync(channel, mayListenAlready: true, Cancellation);
        var twice = await Assert.ThrowsAsync<HypervisorException>(() => run.Destination.ListenAsync(channel, mayListenAlready: false, Cancellation));
        var source = await Assert.ThrowsAsync<HypervisorException>(() => run.Source.ListenAsync(channel, mayListenAlready: true, Cancellation));

        Assert.Contains("start a new destination", twice.Message, StringComparison.Ordinal);
        Assert.Contains("-incoming defer", source.Message, StringComparison.Ordinal);
        Assert.Equal("inmigrate/setup", (await run.Destination.ReportAsync(HeldRun.HangGuard, Cancellation)).Words);

        var second = await run.Source.MeasureDirtyAsync(TimeSpan.FromSeconds(1), Cancellation);
        Assert.InRange(second.UniqueBytes, 1 << 20, 64 << 20);
        await run.Source.MeasureDirtyAsync(TimeSpan.FromMilliseconds(200), Cancellation);
    }
}
