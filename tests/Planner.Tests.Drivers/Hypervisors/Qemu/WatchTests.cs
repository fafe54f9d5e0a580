using System.Diagnostics;
using System.Text;
using Planner.Measurements;
using Planner.Tests.Hypervisors.Qmp;
using Xunit;

namespace Planner.Tests.Hypervisors.Qemu;

public sealed class WatchTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pass_is_asked_for_and_told_with_what_was_sent_since_it_began_put_back()
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        qemu.Answers["query-migrate"] = () => ScriptedQemu.Active;
        await qemu.EventAsync("MIGRATION", """{"status": "active"}""");
        await qemu.EventAsync("MIGRATION_PASS", """{"pass": 7}""");

        var told = await qemu.UntilAsync<PreCopyProgressed>(p => p.IsPass);
        Assert.Equal((7, 5000, 50e6, 536_870_912), (told.Pass, told.SentBytes, told.BytesPerSecond, told.TotalBytes));
        Assert.InRange(told.RemainingBytes, 409_600, 536_870_912);
        await qemu.UntilAsync<PreCopyProgressed>(p => !p.IsPass && p.RemainingBytes == 409_600);
        Assert.Single(qemu.Told.OfType<PreCopyProgressed>(), p => p.IsPass);
        Assert.Equal(new TimeSpan(0, 0, 0, 1_700_000_000, 250), (await qemu.UntilAsync<MigrationChanged>()).HappenedAt);
    }

    [Fact]
    public async Task What_is_left_never_exceeds_the_machine()
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        qemu.Answers["query-migrate"] = () =>
            """{"status": "active", "ram": {"transferred": 1, "remaining": 99, "total": 100, "dirty-sync-count": 1, "page-size": 4096, "dirty-pages-rate": 1, "mbps": 1e12}}""";
        await qemu.EventAsync("MIGRATION", """{"status": "active"}""");
        await qemu.EventAsync("MIGRATION_PASS", """{"pass": 1}""");

        Assert.Equal(100, (await qemu.UntilAsync<PreCopyProgressed>(p => p.IsPass)).RemainingBytes);
    }

    [Fact]
    public async Task Passed_through_devices_tell_their_state_where_QEMU_counts_it()
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        qemu.Answers["query-migrate"] = () => ScriptedQemu.Active.Replace("\"total-time\"", "\"remaining\": 410000, \"vfio\": {\"transferred\": 5}, \"cpu-throttle-percentage\": 40, \"total-time\"", StringComparison.Ordinal);
        await qemu.EventAsync("MIGRATION", """{"status": "active"}""");

        var told = await qemu.UntilAsync<PreCopyProgressed>();
        Assert.Equal((400, 40), (told.StateBytes, told.ThrottlePercent));
    }

    [Theory]
    [InlineData("9223372036854775807")]
    [InlineData("18446744073709551615")]
    [InlineData("-1")]
    [InlineData("1e300")]
    public async Task A_count_that_cannot_be_is_named_once_and_the_rest_of_the_answer_is_believed(string remaining)
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        qemu.Answers["query-migrate"] = () => ScriptedQemu.Active.Replace("\"total-time\"", $"\"remaining\": {remaining}, \"vfio\": {{\"transferred\": 5}}, \"total-time\"", StringComparison.Ordinal);
        await qemu.EventAsync("MIGRATION", """{"status": "active"}""");

        Assert.Contains("'remaining'", (await qemu.UntilAsync<AnswerDistrusted>()).What, StringComparison.Ordinal);
        await qemu.UntilAsync<PreCopyProgressed>(p => p is { StateBytes: 0, RemainingBytes: 409_600 });
        await qemu.EventAsync("MIGRATION_PASS", """{"pass": 7}""");
        await qemu.UntilAsync<PreCopyProgressed>(p => p.IsPass);
        Assert.Single(qemu.Told.OfType<AnswerDistrusted>());
    }

    [Fact]
    public async Task Without_a_readable_rate_what_was_sent_between_two_answers_is_the_rate()
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        var sent = 0L;
        qemu.Answers["query-migrate"] = () => ScriptedQemu.Active.Replace("\"mbps\": 400", "\"mbps\": -1", StringComparison.Ordinal)
            .Replace("\"transferred\": 5000", $"\"transferred\": {sent += 5_000_000}", StringComparison.Ordinal);
        await qemu.EventAsync("MIGRATION", """{"status": "active"}""");

        // Asked about every 100 ms.
        Assert.InRange((await qemu.UntilAsync<PreCopyProgressed>(p => p.BytesPerSecond > 0)).BytesPerSecond, 1, 200e6);
        Assert.Contains("'ram.mbps'", Assert.Single(qemu.Told.OfType<AnswerDistrusted>()).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_nothing_needs_may_be_missing_from_an_answer()
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        qemu.Answers["query-migrate"] = () => """{"status": "active", "ram": {"remaining": 4096}}""";
        await qemu.EventAsync("MIGRATION", """{"status": "active"}""");
        await qemu.EventAsync("MIGRATION_PASS", """{"pass": 3}""");

        Assert.Equal((4096, 3), (await qemu.UntilAsync<PreCopyProgressed>(p => p.IsPass) is var told ? told.RemainingBytes : 0, told.Pass));
        Assert.Empty(qemu.Told.OfType<AnswerDistrusted>());
    }

    [Theory]
    [InlineData("wait-unplug", HypervisorMigrationStatus.Setup, "network device")]
    [InlineData("postcopy-active", HypervisorMigrationStatus.PostCopy, "belongs to the destination")]
    [InlineData("postcopy-paused", HypervisorMigrationStatus.PostCopy, "migrate-recover")]
    [InlineData("postcopy-recover", HypervisorMigrationStatus.PostCopy, "new connection")]
    [InlineData("cancelling", HypervisorMigrationStatus.Cancelling, "given up")]
    public async Task A_state_of_QEMU_is_told_with_its_word_and_what_it_means(string word, HypervisorMigrationStatus status, string meaning)
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        await qemu.EventAsync("MIGRATION", $$"""{"status": "{{word}}"}""");

        var told = await qemu.UntilAsync<MigrationChanged>();
        Assert.Equal(status, told.Status);
        Assert.StartsWith(word, told.Words, StringComparison.Ordinal);
        Assert.Contains(meaning, told.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_that_cannot_be_read_is_named_once_with_its_place()
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        qemu.Answers["query-migrate"] = () => ScriptedQemu.Active.Replace("\"transferred\": 5000", "\"transferred\": 18446744073709551615", StringComparison.Ordinal);
        await qemu.EventAsync("MIGRATION", """{"status": "active"}""");

        Assert.Contains("ram.transferred", (await qemu.UntilAsync<AnswerDistrusted>()).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_5000_passes_that_begin_at_once_few_are_asked_for_and_the_last_is_among_them()
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        var pass = 0;
        qemu.Answers["query-migrate"] = () => ScriptedQemu.Active.Replace("\"dirty-sync-count\": 7", $"\"dirty-sync-count\": {Volatile.Read(ref pass)}", StringComparison.Ordinal);
        await qemu.EventAsync("MIGRATION", """{"status": "active"}""");
        var began = Stopwatch.GetTimestamp();
        for (var batch = 0; batch < 50; batch++)
        {
            var text = new StringBuilder();
            for (var i = 0; i < 100; i++)
            {
                text.Append(ScriptedQemu.Event("MIGRATION_PASS", $$"""{"pass": {{Interlocked.Increment(ref pass)}}}"""));
            }

            await qemu.SendAsync(text.ToString());
        }

        await qemu.EventAsync("STOP");
        await qemu.UntilAsync<GuestStopped>();
        var asked = qemu.Commands.Count(c => c.Contains("query-migrate", StringComparison.Ordinal));
        Assert.InRange(asked, 0, (Stopwatch.GetElapsedTime(began).TotalMilliseconds / 5) + 2);

        await qemu.EventAsync("RESUME");
        await qemu.UntilAsync<PreCopyProgressed>(p => p.Pass == 5000);
        var passes = qemu.Told.OfType<PreCopyProgressed>().Where(p => p.IsPass).Select(p => p.Pass).ToList();
        Assert.Equal(passes.Distinct().Order(), passes);
    }

    [Fact]
    public async Task A_stop_does_not_wait_behind_a_query_and_makes_its_answer_void()
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        qemu.Answers["query-migrate"] = () => null;
        await qemu.EventAsync("MIGRATION", """{"status": "active"}""");
        await qemu.UntilCommandAsync("query-migrate");
        var unanswered = qemu.LastId;
        await qemu.EventAsync("STOP");
        await qemu.EventAsync("MIGRATION", """{"status": "device"}""");
        await qemu.UntilAsync<MigrationChanged>(c => c.Status == HypervisorMigrationStatus.Device);

        // The answer comes late, and nothing more is asked before the end.
        qemu.Answers["query-migrate"] = () => """{"status": "completed", "downtime": 12, "ram": {"transferred": 1, "remaining": 0, "total": 100, "dirty-sync-count": 1, "page-size": 4096, "dirty-pages-rate": 1, "mbps": 1, "downtime-bytes": 345}}""";
        await qemu.SendAsync($$"""{"id": {{unanswered}}, "return": """ + ScriptedQemu.Active + "}\r\n");
        await qemu.EventAsync("MIGRATION", """{"status": "completed"}""");
        var done = await qemu.UntilAsync<SwitchoverDone>();

        Assert.Equal((345, TimeSpan.FromMilliseconds(12)), (done.StopPhaseBytes, done.ReportedDowntime));
        Assert.Equal(2, qemu.Commands.Count(c => c.Contains("query-migrate", StringComparison.Ordinal)));
        Assert.Equal(
            [typeof(MigrationChanged), typeof(GuestStopped), typeof(MigrationChanged), typeof(MigrationChanged), typeof(SwitchoverDone)],
            qemu.Told.Select(e => e.GetType()));
    }

    [Fact]
    public async Task A_destination_that_has_everything_is_not_asked_for_a_stop_phase()
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        await machine.PrepareAsync(MigrationSide.Destination, mayThrottle: false, Cancellation);
        await qemu.EventAsync("MIGRATION", """{"status": "completed"}""");
        await qemu.EventAsync("RESUME");
        await qemu.UntilAsync<GuestResumed>();

        Assert.DoesNotContain(qemu.Commands, c => c.Contains("\"query-migrate\"", StringComparison.Ordinal));
        Assert.Equal([typeof(MigrationChanged), typeof(GuestResumed)], qemu.Told.Select(e => e.GetType()));
    }

    [Fact]
    public async Task Events_that_are_not_known_or_are_broken_are_passed_over()
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        await qemu.EventAsync("NEW_EVENT");
        await qemu.EventAsync("MIGRATION", "{}");
        await qemu.EventAsync("MIGRATION_PASS", """{"pass": "x"}""");
        await qemu.EventAsync("MIGRATION_PASS", """{"pass": -9223372036854775808}""");
        await qemu.EventAsync("RESUME");
        await qemu.UntilAsync<GuestResumed>();

        Assert.Single(qemu.Told);
    }

    [Fact]
    public async Task What_QEMU_said_is_shown_as_it_said_it()
    {
        await using var qemu = new ScriptedQemu();
        await using var machine = await qemu.OpenAsync();
        var shown = new List<string>();
        machine.Trace = trace =>
        {
            lock (shown)
            {
                shown.Add($"{trace.Kind} {Encoding.UTF8.GetString(trace.Json.Span)}");
            }
        };
        await machine.ReportAsync(ScriptedMonitor.HangGuard, Cancellation);
        await qemu.EventAsync("RESUME");
        await qemu.UntilAsync<GuestResumed>();

        lock (shown)
        {
            Assert.Equal(["QueryMigrate {}", "Event " + ScriptedQemu.Event("RESUME").Trim()], shown);
        }
    }
}
