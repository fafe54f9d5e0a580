using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Planner.Hypervisors;
using Xunit;

namespace Planner.Tests.Hypervisors.Qmp;

public sealed class MessageTests
{
    private static readonly QmpEvent Event = new() { Name = "MIGRATION" };

    [Fact]
    public void The_answer_of_a_machine_that_never_migrated_has_no_status() =>
        Assert.Equal(QmpMigrationStatus.None, Read("{}", QmpCommands.QueryMigrate).Status);

    [Fact]
    public void A_migration_in_pre_copy_is_read_in_full()
    {
        var migration = Read(
            """
            {"expected-downtime": 300, "status": "active", "setup-time": 1, "total-time": 402, "remaining": 77, "cpu-throttle-percentage": 20,
             "socket-address": [], "vfio": {"transferred": 5}, "blocked-reasons": ["a", "b"], "dirty-limit-throttle-time-per-round": 9,
             "ram": {"total": 8607571968, "postcopy-requests": 0, "dirty-sync-count": 1, "multifd-bytes": 0, "pages-per-second": 2045870,
              "downtime-bytes": 0, "page-size": 4096, "remaining": 7638011904, "postcopy-bytes": 0, "mbps": 1073.75688, "transferred": 62319532,
              "dirty-sync-missed-zero-copy": 0, "precopy-bytes": 62347386, "duplicate": 222001, "dirty-pages-rate": 3, "normal-bytes": 60231680, "normal": 14705}}
            """,
            QmpCommands.QueryMigrate);

        Assert.Equal(QmpMigrationStatus.Active, migration.Status);
        Assert.Equal((402, null), (migration.TotalMilliseconds, migration.DowntimeMilliseconds));
        Assert.Equal((77, 20), (migration.RemainingBytes, migration.CpuThrottlePercent));
        Assert.Equal(5, migration.Devices!.TransferredBytes);
        Assert.Equal(["a", "b"], migration.BlockedReasons!);
        Assert.Equal((7638011904, 8607571968, 1073.75688), (migration.Memory!.RemainingBytes, migration.Memory.TotalBytes, migration.Memory.MegabitsPerSecond));
        Assert.Equal((62319532, 1, 0), (migration.Memory.TransferredBytes, migration.Memory.DirtySyncCount, migration.Memory.DowntimeBytes));
        Assert.Empty(migration.Doubted);
    }

    [Fact]
    public void Every_answer_of_the_recorded_migrations_is_read()
    {
        var (answers, statuses) = (0, new HashSet<QmpMigrationStatus>());
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", "fixtures", "qemu-migrations"), "*.jsonl.gz"))
        {
            using var lines = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
            while (lines.ReadLine() is { } line)
            {
                using var document = JsonDocument.Parse(line);
                if (document.RootElement.TryGetProperty("query-migrate", out var answer))
                {
                    statuses.Add(Read(answer.GetRawText(), QmpCommands.QueryMigrate).Status);
                    answers++;
                }
            }
        }

        Assert.True(answers > 1000);
        Assert.DoesNotContain(QmpMigrationStatus.Unknown, statuses);
        Assert.Superset(new HashSet<QmpMigrationStatus> { QmpMigrationStatus.Active, QmpMigrationStatus.Completed, QmpMigrationStatus.PostcopyActive }, statuses);
    }

    [Theory]
    [InlineData("none", QmpMigrationStatus.None)]
    [InlineData("pre-switchover", QmpMigrationStatus.PreSwitchover)]
    [InlineData("postcopy-recover-setup", QmpMigrationStatus.PostcopyRecoverSetup)]
    [InlineData("postcopy-device", QmpMigrationStatus.PostcopyDevice)]
    [InlineData("failing", QmpMigrationStatus.Failing)]
    [InlineData("wait-unplug", QmpMigrationStatus.WaitUnplug)]
    [InlineData("a-word-of-tomorrow", QmpMigrationStatus.Unknown)]
    [InlineData("unknown", QmpMigrationStatus.Unknown)]
    public void Statuses_are_words_and_those_of_later_versions_are_unknown(string word, QmpMigrationStatus status) =>
        Assert.Equal(status, Read($$"""{"status": "{{word}}"}""", QmpCommands.QueryMigrate).Status);

    [Theory]
    [InlineData("inmigrate", QmpRunState.Inmigrate)]
    [InlineData("postmigrate", QmpRunState.Postmigrate)]
    [InlineData("finish-migrate", QmpRunState.FinishMigrate)]
    [InlineData("io-error", QmpRunState.IoError)]
    [InlineData("guest-panicked", QmpRunState.GuestPanicked)]
    public void States_of_the_machine_are_words(string word, QmpRunState state) =>
        Assert.Equal(state, Read($$"""{"status": "{{word}}", "running": false, "singlestep": false}""", QmpCommands.QueryStatus).Status);

    [Theory]
    [InlineData("\"total-time\": 18446744073709551615", "total-time")]
    [InlineData("\"total-time\": -5", "total-time")]
    [InlineData("\"downtime\": 1e300", "downtime")]
    [InlineData("\"remaining\": 9223372036854775807", "remaining")]
    [InlineData("\"vfio\": {\"transferred\": -1}", "vfio.transferred")]
    [InlineData("\"vfio\": 7", "vfio")]
    [InlineData("\"cpu-throttle-percentage\": 300", "cpu-throttle-percentage")]
    [InlineData("\"error-desc\": \"\\ud800\"", "error-desc")]
    [InlineData("\"blocked-reasons\": {}", "blocked-reasons")]
    [InlineData("\"ram\": {\"remaining\": 18446744073709551615}", "ram.remaining")]
    [InlineData("\"ram\": {\"mbps\": -1}", "ram.mbps")]
    [InlineData("\"ram\": {\"mbps\": \"fast\"}", "ram.mbps")]
    [InlineData("\"ram\": []", "ram")]
    public void One_member_of_query_migrate_that_cannot_be_is_named_and_the_rest_is_read(string member, string name)
    {
        var migration = Read($$"""{"status": "active", {{member}}}""", QmpCommands.QueryMigrate);

        Assert.Equal(QmpMigrationStatus.Active, migration.Status);
        Assert.Equal([name], migration.Doubted);
        Assert.Equal((null, null, null), (migration.TotalMilliseconds, migration.DowntimeMilliseconds, migration.RemainingBytes));
        Assert.Null(migration.Memory?.RemainingBytes ?? migration.Devices?.TransferredBytes);
    }

    [Fact]
    public void Every_member_of_query_migrate_may_be_missing_and_a_status_that_is_no_word_is_unknown()
    {
        var migration = Read("""{"status": 5, "ram": {}, "vfio": {}, "downtime": null}""", QmpCommands.QueryMigrate);

        Assert.Equal((QmpMigrationStatus.Unknown, "status"), (migration.Status, Assert.Single(migration.Doubted)));
        Assert.Equal((null, null), (migration.Memory!.RemainingBytes, migration.Devices!.TransferredBytes));
    }

    [Fact]
    public void A_parameter_of_64_bits_is_read_and_written_as_it_is() => Assert.Equal(
        """{"avail-switchover-bandwidth":18446744073709551615}""",
        Write(Read("""{"avail-switchover-bandwidth": 18446744073709551615}""", QmpCommands.QueryMigrateParameters), QmpCommands.MigrateSetParameters));

    [Fact]
    public void Other_answers_are_read()
    {
        Assert.Equal("pc-i440fx-10.0-machine", Read("\"pc-i440fx-10.0-machine\"", QmpCommands.QomGetText));
        Assert.Equal(3 << 20, Read("""{"base-memory": 2097152, "plugged-memory": 1048576}""", QmpCommands.QueryMemorySizes).TotalBytes);
        Assert.Equal(5, Read("""{"base-memory": 5}""", QmpCommands.QueryMemorySizes).TotalBytes);
        Assert.Equal("00000000-0000-0000-0000-000000000000", Read("""{"UUID": "00000000-0000-0000-0000-000000000000"}""", QmpCommands.QueryUuid).Uuid);
        Assert.False(Read("""{"enabled": false, "present": true}""", QmpCommands.QueryKvm).Enabled);
        Assert.Null(Read("""[{"cpu-index": 0, "qom-path": "/machine/unattached/device[0]", "thread-id": 7, "target": "x86_64", "props": {"core-id": 0}}]""", QmpCommands.QueryCpus)[0].QomType);
        Assert.True(Read("""[{"capability": "events", "state": true}]""", QmpCommands.QueryMigrateCapabilities)[0].On);
        var rate = Read("""{"status": "measured", "dirty-rate": 108, "start-time": 1, "calc-time": 1, "calc-time-unit": "second", "sample-pages": 512, "mode": "page-sampling"}""", QmpCommands.QueryDirtyRate);
        Assert.True(rate.IsMeasured);
        Assert.False(Read("""{"status": "measuring", "start-time": 1, "calc-time": 1, "sample-pages": 512, "mode": "page-sampling"}""", QmpCommands.QueryDirtyRate).IsMeasured);
        var parameters = Read("""{"downtime-limit": 300, "max-bandwidth": 134217728, "tls-creds": "", "x-vcpu-dirty-limit-period": 1000, "max-cpu-throttle": 99, "multifd-channels": 2}""", QmpCommands.QueryMigrateParameters);
        Assert.Equal((300, 99), (parameters.DowntimeLimitMilliseconds, parameters.MaxCpuThrottlePercent));
    }

    [Fact]
    public void Arguments_say_only_what_is_set()
    {
        Assert.Equal("""{"downtime-limit":1,"avail-switchover-bandwidth":1000}""", Write(new() { DowntimeLimitMilliseconds = 1, SwitchoverBytesPerSecond = 1000 }, QmpCommands.MigrateSetParameters));
        Assert.Equal("""{"capabilities":[{"capability":"return-path","state":true}]}""", Write(new() { Capabilities = [new() { Name = QmpMigrationCapability.ReturnPath, On = true }] }, QmpCommands.MigrateSetCapabilities));
        Assert.Equal("""{"uri":"unix:/x"}""", Write(new() { Uri = "unix:/x" }, QmpCommands.MigrateIncoming));
        Assert.Equal("""{"calc-time":1,"mode":"page-sampling"}""", Write(new() { CalcTime = 1, Mode = "page-sampling" }, QmpCommands.CalcDirtyRate));
        Assert.Equal("""{"path":"/machine","property":"type"}""", Write(new() { Path = "/machine", Property = "type" }, QmpCommands.QomGetText));
    }

    [Fact]
    public async Task An_event_has_qemus_time_and_the_time_of_its_arrival()
    {
        await using var monitor = new ScriptedMonitor();
        await using var connection = await monitor.OpenAsync();
        var before = TimeProvider.System.GetTimestamp();
        await monitor.SendAsync("""{"timestamp": {"seconds": 1790000000, "microseconds": 123456}, "event": "MIGRATION_PASS", "data": {"pass": 2}}""");

        var pass = await connection.Events.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(TimeSpan.FromSeconds(1790000000) + TimeSpan.FromMicroseconds(123456), pass.At);
        Assert.InRange(pass.ReceivedTimestamp, before, TimeProvider.System.GetTimestamp());
        Assert.True(pass.TryRead(QmpEvents.MigrationPass, out var data) && data.Pass == 2);
        Assert.False(pass.TryRead(QmpEvents.Migration, out _));
    }

    [Fact]
    public void Data_of_events_are_read()
    {
        Assert.True((Event with { Data = "{\"status\": \"setup\"}"u8.ToArray() }).TryRead(QmpEvents.Migration, out var change));
        Assert.Equal(QmpMigrationStatus.Setup, change.Status);
        Assert.True(new QmpEvent { Name = "RESUME" }.TryRead(QmpEvents.Resumed, out _));
        Assert.True(new QmpEvent { Name = "RESET", Data = "{\"guest\": true, \"reason\": \"guest-reset\"}"u8.ToArray() }.TryRead(QmpEvents.Reset, out var reset) && reset.Reason == "guest-reset");
        Assert.True(new QmpEvent { Name = "GUEST_PANICKED", Data = "{\"action\": \"pause\"}"u8.ToArray() }.TryRead(QmpEvents.GuestPanicked, out var panic) && panic.Action == "pause");
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"status": "\ud800"}""")]
    public void Data_of_another_form_are_malformed(string data) => Assert.Equal(
        QmpFault.Malformed,
        Assert.Throws<QmpException>(() => (Event with { Data = System.Text.Encoding.UTF8.GetBytes(data) }).TryRead(QmpEvents.Migration, out _)).Fault);

    private static TReply Read<TArguments, TReply>(string json, QmpCommand<TArguments, TReply> command) => Read(json, command.Reply);

    private static T Read<T>(string json, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(json, type)!;

    private static string Write<TArguments, TReply>(TArguments arguments, QmpCommand<TArguments, TReply> command) =>
        JsonSerializer.Serialize(arguments, command.Arguments);
}
