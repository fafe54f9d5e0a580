using Microsoft.Extensions.Time.Testing;
using Planner.Hypervisors;
using Planner.Measurements;
using Planner.Tests.Hypervisors.Qmp;
using Xunit;

namespace Planner.Tests.Hypervisors.Qemu;

public sealed class MachineTests
{
    private const string SetHold = """{"execute":"migrate-set-parameters","arguments":{"downtime-limit":1,"avail-switchover-bandwidth":1000}}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_offer_says_what_the_machine_is()
    {
        await using var qemu = new ScriptedQemu();
        qemu.Answers["query-migrate"] = () => """{"blocked-reasons": ["a disk"]}""";
        await using var machine = await qemu.OpenAsync();

        Assert.Equal(qemu.Address, machine.Address);
        Assert.Equal(
            ("QEMU 10.0.2", "qemu/10.0/kvm", "vm1", "pc-q35-10.0", "host-x86_64-cpu", 2, (1L << 30) + 4096, "kvm"),
            (machine.Offer.Version, machine.Offer.MachineClass, machine.Offer.Name, machine.Offer.MachineType, machine.Offer.CpuModel, machine.Offer.Vcpus, machine.Offer.RamBytes, machine.Offer.Accelerator));
        Assert.True(machine.Offer is { OffersThrottle: true, OffersDirtyLimit: true });
        Assert.Contains("multifd", machine.Offer.Capabilities);
        Assert.Equal(["a disk"], machine.Offer.BlockedReasons);
    }

    [Theory]
    [InlineData("10, \"micro\": 0, \"major\": 9", "qemu/9.10/tcg")]
    [InlineData("3, \"micro\": 0, \"major\": 27", "qemu/27.3/tcg")]
    public async Task A_version_that_is_not_known_is_taken_if_it_has_what_is_needed(string numbers, string machineClass)
    {
        await using var qemu = new ScriptedQemu();
        qemu.Answers["query-kvm"] = () => """{"enabled": false, "present": true}""";
        await using var machine = await qemu.OpenAsync($$$"""{"QMP": {"version": {"qemu": {"minor": {{{numbers}}}}, "package": ""}, "capabilities": []}}""");

        Assert.Equal(machineClass, machine.Offer.MachineClass);
        Assert.False(machine.Offer.OffersDirtyLimit);
    }

    [Theory]
    [InlineData("query-migrate-parameters", """{"downtime-limit": 300}""", "avail-switchover-bandwidth")]
    [InlineData("query-migrate-capabilities", """[{"capability": "events", "state": false}]""", "return-path")]
    public async Task A_QEMU_that_lacks_what_is_needed_is_refused_by_name(string command, string answer, string lacking)
    {
        await using var qemu = new ScriptedQemu();
        qemu.Answers[command] = () => answer;

        var e = await FailsAsync(qemu.OpenAsync(), HypervisorFault.NotSupported);
        Assert.Contains(lacking, e.Message, StringComparison.Ordinal);
        Assert.Contains("8.2", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancel_that_is_not_answered_ends_the_connections_out_of_turn()
    {
        await using var qemu = new ScriptedQemu();
        qemu.Answers["migrate_cancel"] = () => null;
        var clock = new FakeTimeProvider(DateTimeOffset.MinValue.AddDays(1));
        await using var machine = await qemu.OpenAsync(time: clock);

        var cancelling = machine.CancelAsync(Cancellation);
        await qemu.UntilCommandAsync("migrate_cancel");
        clock.Advance(ScriptedMonitor.Long);
        await cancelling;

        Assert.Equal(["""{"execute":"migrate_cancel"}""", """{"exec-oob":"yank","arguments":{"instances":[{"type":"migration"}]}}"""], qemu.Commands);
    }

    [Fact]
    public async Task A_QEMU_without_commands_out_of_turn_is_told_to_cancel_and_no_more()
    {
        await using var qemu = new ScriptedQemu();
        qemu.Answers["migrate_cancel"] = () => null;
        var clock = new FakeTimeProvider(DateTimeOffset.MinValue.AddDays(1));
        await using var machine = await qemu.OpenAsync(ScriptedMonitor.Greeting.Replace("\"oob\"", "", StringComparison.Ordinal), clock);

        var cancelling = machine.CancelAsync(Cancellation);
        await qemu.UntilCommandAsync("migrate_cancel");
        clock.Advance(ScriptedMonitor.Long);
        await FailsAsync(cancelling, HypervisorFault.TimedOut);

        Assert.Equal(["""{"execute":"migrate_cancel"}"""], qemu.Commands);
    }

    [Fact]
    public async Task Preparing_a_source_sets_what_a_held_migration_needs_and_nothing_else()
    {
        await using var qemu = new ScriptedQemu();
        qemu.Answers["query-migrate-capabilities"] = () => ScriptedQemu.Capabilities("events", "multifd", "postcopy-ram", "postcopy-preempt");
        await using var machine = await qemu.OpenAsync();
        await machine.PrepareAsync(MigrationSide.Source, mayThrottle: true, Cancellation);

        Assert.Equal(
            [
                """{"execute":"query-migrate-capabilities"}""",
                """{"execute":"migrate-set-capabilities","arguments":{"capabilities":[{"capability":"return-path","state":true},{"capability":"auto-converge","state":true},{"capability":"postcopy-ram","state":false},{"capability":"postcopy-preempt","state":false}]}}""",
                SetHold,
                """{"execute":"migrate-set-parameters","arguments":{"cpu-throttle-initial":1,"cpu-throttle-increment":99,"cpu-throttle-tailslow":false,"max-cpu-throttle":1,"throttle-trigger-threshold":1}}""",
            ],
            qemu.Commands);
    }

    [Fact]
    public async Task A_source_that_may_not_be_slowed_down_is_kept_from_it()
    {
        await using var qemu = new ScriptedQemu();
        qemu.Answers["query-migrate-capabilities"] = () => ScriptedQemu.Capabilities("events", "return-path", "auto-converge");
        await using var machine = await qemu.OpenAsync();
        await machine.PrepareAsync(MigrationSide.Source, mayThrottle: false, Cancellation);

        Assert.Equal(
            [
                """{"execute":"query-migrate-capabilities"}""",
                """{"execute":"migrate-set-capabilities","arguments":{"capabilities":[{"capability":"auto-converge","state":false}]}}""",
                SetHold,
            ],
            qemu.Commands);
    }

    [Fact]
    public async Task Preparing_a_destination_leaves_thresholds_and_throttle_alone()
    {
        await using var qemu = new ScriptedQemu();
        qemu.Answers["query-migrate-capabilities"] = () => ScriptedQemu.Capabilities("events", "return-path");
        await using var machine = await qemu.OpenAsync();
        await machine.PrepareAsync(MigrationSide.Destination, mayThrottle: false, Cancellation);

        Assert.Equal(["""{"execute":"query-migrate-capabilities"}"""], qemu.Commands);
    }

    [Fact]
    public async Task A_migration_is_held_before_it_starts_and_let_go_by_exact_bytes()
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        await machine.StartAsync("unix:/run/x.sock", Cancellation);
        await machine.AllowSwitchoverAsync(2_000_003, Cancellation);
        await machine.HoldAsync(Cancellation);
        await machine.ThrottleAsync(40, Cancellation);

        Assert.Equal(
            [
                SetHold,
                """{"execute":"migrate","arguments":{"uri":"unix:/run/x.sock"}}""",
                """{"execute":"migrate-set-parameters","arguments":{"downtime-limit":1,"avail-switchover-bandwidth":2000003000}}""",
                SetHold,
                """{"execute":"migrate-set-parameters","arguments":{"cpu-throttle-initial":40,"cpu-throttle-increment":99,"cpu-throttle-tailslow":false,"max-cpu-throttle":40,"throttle-trigger-threshold":1}}""",
            ],
            qemu.Commands.Where(c => !c.Contains("query-status", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(99)]
    [InlineData(4095)]
    [InlineData(52_428_800)]
    [InlineData(long.MaxValue)]
    public void The_threshold_never_rounds_to_nothing_and_never_exceeds_what_is_allowed(long bytes)
    {
        var parameters = QemuHold.Threshold(bytes);

        // As QEMU reckons it, in whole numbers.
        var threshold = (long)parameters.SwitchoverBytesPerSecond!.Value / 1000 * parameters.DowntimeLimitMilliseconds!.Value;
        Assert.InRange(threshold, 1, bytes);
        Assert.Equal(Math.Min(bytes, QemuHold.MaxBytes), threshold);
    }

    [Theory]
    [InlineData("running", "{}", GuestRunState.Running, HypervisorMigrationStatus.None, "running/none")]
    [InlineData("finish-migrate", """{"status": "device"}""", GuestRunState.Finishing, HypervisorMigrationStatus.Device, "finish-migrate/device")]
    [InlineData("finish-migrate", """{"status": "pre-switchover"}""", GuestRunState.Finishing, HypervisorMigrationStatus.Device, "finish-migrate/pre-switchover")]
    [InlineData("postmigrate", """{"status": "completed"}""", GuestRunState.Migrated, HypervisorMigrationStatus.Completed, "postmigrate/completed")]
    [InlineData("inmigrate", """{"status": "setup"}""", GuestRunState.Incoming, HypervisorMigrationStatus.Setup, "inmigrate/setup")]
    [InlineData("prelaunch", """{"status": "failing"}""", GuestRunState.Paused, HypervisorMigrationStatus.Cancelling, "prelaunch/failing")]
    [InlineData("guest-panicked", """{"status": "postcopy-active"}""", GuestRunState.Over, HypervisorMigrationStatus.PostCopy, "guest-panicked/postcopy-active")]
    [InlineData("running", "7", GuestRunState.Running, HypervisorMigrationStatus.Other, "running/unknown")]
    [InlineData("running", """{"status": "active", "ram": 7, "total-time": -1}""", GuestRunState.Running, HypervisorMigrationStatus.Active, "running/active")]
    [InlineData("new-word", """{"status": "new-word"}""", GuestRunState.Unknown, HypervisorMigrationStatus.Other, "unknown/unknown")]
    public async Task A_report_has_QEMUs_words_and_those_of_the_port(string state, string migration, GuestRunState guest, HypervisorMigrationStatus status, string words)
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        qemu.Answers["query-status"] = () => $$"""{"status": "{{state}}", "running": false}""";
        qemu.Answers["query-migrate"] = () => migration;

        Assert.Equal(new HypervisorReport(guest, status, words, null), await machine.ReportAsync(ScriptedMonitor.HangGuard, Cancellation));
    }

    [Fact]
    public async Task A_monitor_that_does_not_answer_a_report_is_out_of_time_and_answers_later()
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        qemu.Answers["query-migrate"] = () => null;
        await FailsAsync(machine.ReportAsync(TimeSpan.FromMilliseconds(30), Cancellation), HypervisorFault.TimedOut);

        // It still has the question, so it is not asked a second time.
        await qemu.UntilCommandAsync("query-migrate");
        var later = machine.ReportAsync(ScriptedMonitor.HangGuard, Cancellation);
        await qemu.SendAsync($$$"""{"id": {{{qemu.LastId}}}, "return": {"status": "failed", "error-desc": "no route"}}""" + "\r\n");
        Assert.Equal("no route", (await later).Error);
        Assert.Equal(2, qemu.Commands.Count);
    }

    [Fact]
    public async Task A_destination_that_listens_already_is_taken_as_it_is_only_if_it_may()
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        qemu.Answers["query-status"] = () => """{"status": "inmigrate", "running": false}""";
        qemu.Answers["query-migrate"] = () => """{"status": "setup"}""";
        qemu.Answers["migrate-incoming"] = () => "!The incoming migration has already been started";

        await machine.ListenAsync("tcp:0.0.0.0:4444", mayListenAlready: true, Cancellation);
        Assert.DoesNotContain(qemu.Commands, c => c.Contains("migrate-incoming", StringComparison.Ordinal));
        var e = await FailsAsync(machine.ListenAsync("tcp:0.0.0.0:4444", mayListenAlready: false, Cancellation), HypervisorFault.Refused);
        Assert.Contains("start a new destination", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'-incoming' was not specified on the command line", HypervisorFault.Refused, "-incoming defer -S")]
    [InlineData("There's a migration process in progress", HypervisorFault.Refused, "under way")]
    [InlineData("Something new", HypervisorFault.Refused, "Something new")]
    public async Task A_refusal_becomes_a_sentence(string description, HypervisorFault fault, string part)
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        qemu.Answers["migrate-incoming"] = () => "!" + description;

        var e = await FailsAsync(machine.ListenAsync("unix:/x", mayListenAlready: false, Cancellation), fault);
        Assert.Contains(part, e.Message, StringComparison.Ordinal);
        Assert.Contains(qemu.Address[4..], e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_monitor_and_what_is_not_there_is_told_apart()
    {
        await FailsAsync(QemuMachine.OpenAsync("/nowhere/x.qmp", TimeProvider.System, Cancellation), HypervisorFault.NotFound);
        await using var qemu = new ScriptedQemu();
        await FailsAsync(qemu.OpenAsync("SSH-2.0-OpenSSH"), HypervisorFault.NotAMonitor);
    }

    [Fact]
    public async Task Closing_twice_does_no_harm_and_tells_nothing()
    {
        await using var qemu = new ScriptedQemu();
        var machine = await qemu.OpenAsync();
        await machine.DisposeAsync();
        await machine.DisposeAsync();

        Assert.Empty(qemu.Told);
        await FailsAsync(machine.HoldAsync(Cancellation), HypervisorFault.Lost);
    }

    [Fact]
    public async Task Quitting_is_done_when_the_connection_ends()
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        qemu.Answers["quit"] = () =>
        {
            qemu.Close();
            return null;
        };

        await machine.QuitAsync(Cancellation);
        await qemu.UntilAsync<MonitorLost>();
        await FailsAsync(machine.ContinueAsync(Cancellation), HypervisorFault.Lost);
        Assert.IsType<MonitorLost>(Assert.Single(qemu.Told));
    }

    [Theory]
    [InlineData(200, """{"calc-time":200,"calc-time-unit":"millisecond","mode":"page-sampling"}""", 10 * 1048576 / 5)]
    [InlineData(1000, """{"calc-time":1,"mode":"page-sampling"}""", 10 * 1048576)]
    public async Task A_dirty_rate_becomes_the_bytes_of_its_window(int milliseconds, string arguments, long bytes)
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        var asked = 0;
        qemu.Answers["query-dirty-rate"] = () => asked++ == 0 ? """{"status": "measuring"}""" : """{"status": "measured", "dirty-rate": 10}""";

        var window = await machine.MeasureDirtyAsync(TimeSpan.FromMilliseconds(milliseconds), Cancellation);
        Assert.Equal(new DirtyWindow(TimeSpan.FromMilliseconds(milliseconds), bytes), window);
        Assert.Equal($$"""{"execute":"calc-dirty-rate","arguments":{{arguments}}}""", qemu.Commands.First());
    }

    internal static async Task<HypervisorException> FailsAsync(Task task, HypervisorFault fault)
    {
        var e = await Assert.ThrowsAsync<HypervisorException>(() => task.WaitAsync(ScriptedMonitor.HangGuard, Cancellation));
        Assert.True(e.Fault == fault, $"{e.Fault}: {e.Message}");
        Assert.True(e.Message.EndsWith('.') && !e.Message.Contains('\n', StringComparison.Ordinal), e.Message);
        return e;
    }
}
