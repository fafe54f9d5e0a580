using Planner.Measurements;
using Planner.Sessions;
using Planner.Tests.Processes;
using Planner.Tests.Recordings;
using Xunit;

namespace Planner.Tests.Cli;

public sealed class ReplayTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Convergent = [.. Enumerable.Range(1, 5).Select(i => Fixture($"precopy-convergent-run{i}"))];

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_rule_gives_one_object_a_trace_and_a_summary()
    {
        var objects = await PlannerHere.RunJsonAsync(["replay", .. Convergent, "--rule", "qemu", "--limit", "300ms"]);

        Assert.Equal(6, objects.Count);
        Assert.All(objects.SkipLast(1), o => Assert.Equal(
            [
                "kind", "trace", "rule", "limitSeconds", "confidence", "verdict", "completed", "recordedCompletionSeconds", "decisions", "commitSeconds", "blackoutSeconds", "blackoutFrom", "boundSeconds", "violated", "completionSeconds",
                "oracleCompletionSeconds", "remainingErrorP50Share", "remainingErrorP90Share", "remaining",
            ],
            o.Names()));
        Assert.All(objects.SkipLast(1), o => Assert.Equal("committed", o.Text("verdict")));
        Assert.All(objects.SkipLast(1), o => Assert.True(o.IsNull("boundSeconds")));
        Assert.Equal("summary", objects[^1].Text("kind"));
        Assert.Equal((5, 5, 0), (objects[^1].Number("migrations"), objects[^1].Number("commits"), objects[^1].Number("violations")));
    }

    [Fact]
    public async Task An_own_rule_learns_from_the_other_configurations_and_not_from_the_traces_own()
    {
        var alone = await PlannerHere.RunJsonAsync(["replay", .. Convergent, "--rule", "earliest", "--limit", "300ms"]);
        var taught = await PlannerHere.RunJsonAsync(["replay", .. Convergent, "--rule", "earliest", "--limit", "300ms", "--evidence", QemuFixtures.Folder]);

        Assert.All(alone.SkipLast(1), o => Assert.Equal("stayed", o.Text("verdict")));
        Assert.All(taught.SkipLast(1), o => Assert.Equal("committed", o.Text("verdict")));
        Assert.All(taught.SkipLast(1), o => Assert.InRange(o.Number("boundSeconds"), 0, 0.3));
    }

    [Fact]
    public async Task What_replay_says_of_a_folder_is_what_evaluate_says_of_it()
    {
        var replayed = await PlannerHere.RunAsync("replay", QemuFixtures.Folder, "--rule", "calmest", "--limit", "100ms", "--output", "json");
        var evaluated = await PlannerHere.RunJsonAsync("evaluate", QemuFixtures.Folder, "--rule", "calmest", "--limit", "100ms", "--confidence", "0.9");

        Assert.Contains("30 of 50 traces", Assert.Single(replayed.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(
            evaluated[0].ToString().Replace("\"recordings\"", "\"summary\"", StringComparison.Ordinal),
            PlannerHere.Objects(replayed.Output)[^1].ToString());
    }

    [Fact]
    public async Task What_a_session_recorded_is_replayed_as_series_of_its_arcs()
    {
        var path = Path.Combine(_folder.Path, "trace");
        using (var recorder = new SessionRecorder(File.Create(path)))
        {
            for (var i = 0; i < 20; i++)
            {
                recorder.On(Arc(i, ArcOutcome.Completed, DeviceState.Stop));
                recorder.On(Arc(i, ArcOutcome.Completed, DeviceState.PreCopy));
            }

            recorder.On(Arc(20, ArcOutcome.Failed, DeviceState.Stop));
        }

        var objects = await PlannerHere.RunJsonAsync("replay", path, "--rule", "earliest", "--limit", "300ms");

        Assert.Equal(["sim/nic RUNNING_P2P->PRE_COPY", "sim/nic RUNNING_P2P->STOP"], objects.Select(o => o.Text("series")));
        Assert.All(objects, o => Assert.Equal(("arc-series", 20), (o.Text("kind"), o.Number("samples"))));
        Assert.All(objects, o => Assert.True(o.IsNull("missRate")));
    }

    [Fact]
    public async Task A_clock_that_is_set_back_does_not_spoil_a_recording()
    {
        var path = Path.Combine(_folder.Path, "trace.jsonl");
        using (var recorder = new SessionRecorder(File.Create(path)))
        {
            foreach (var second in new[] { 5, 9, 3 })
            {
                recorder.On(Arc(second, ArcOutcome.Completed, DeviceState.Stop));
            }
        }

        Assert.Equal(3, Assert.Single(await PlannerHere.RunJsonAsync("replay", path, "--rule", "qemu", "--limit", "1s")).Number("samples"));
    }

    [Theory]
    [InlineData("there is no rule 'fastest'; known are earliest, calmest, qemu", "--rule", "fastest", "--limit", "300ms")]
    [InlineData("there is no rule 'informed'", "--rule", "informed", "--limit", "300ms")]
    [InlineData("a time with its unit", "--rule", "qemu", "--limit", "300")]
    [InlineData("'--limit' is required", "--rule", "qemu")]
    [InlineData("'--rule' is required", "--limit", "300ms")]
    [InlineData("there is no file or folder", "--rule", "qemu", "--limit", "300ms", "--evidence", "/no/such/folder")]
    public async Task Wrong_usage_is_one_sentence_and_status_2(string said, params string[] options) =>
        AssertRefused(await PlannerHere.RunAsync(["replay", Convergent[0], .. options]), said);

    [Theory]
    [InlineData("{\"t\":1,\"device\":\"d\",\"class\":\"c\",\"from\":\"RUNNING_P2P\",\"to\":\"STOP\",\"seconds\":1}\n", "trace:1:1: the arc lacks \"outcome\"")]
    [InlineData("{\"t\":1,\"decision\":{\"gate\":1}}\n", "trace:1:1: the decision lacks \"snapshot\"")]
    [InlineData("{\"t\":1,\"decision\":{\"gate\":1,\"snapshot\":{\"colour\":1}}}\n", "unknown key 'colour'")]
    [InlineData("{\"t\":1,\"ended\":{\"pausedSeconds\":1}}\n", "lacks \"outcome\"")]
    [InlineData("{\"t\":2,\"event\":{\"event\":\"STOP\"}}\n{\"t\":1,\"event\":{\"event\":\"STOP\"}}\n", "trace:2:")]
    [InlineData("", "there is no recording")]
    public async Task A_bad_trace_is_named_with_its_line(string text, string said)
    {
        var path = Path.Combine(_folder.Path, "trace");
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);

        AssertRefused(await PlannerHere.RunAsync("replay", path, "--rule", "qemu", "--limit", "300ms"), said);
    }

    [Fact]
    public async Task Numbers_that_cannot_be_are_counted_and_the_rest_is_replayed()
    {
        var text = Gzipped("precopy-convergent-run1").Split('\n');
        var (first, second) = (Array.FindIndex(text, l => l.Contains("\"mbps\":", StringComparison.Ordinal)), Array.FindLastIndex(text, l => l.Contains("\"active\"", StringComparison.Ordinal)));
        text[first] = NumberOf("mbps").Replace(text[first], "${1}-1");
        text[second] = NumberOf("remaining").Replace(text[second], "${1}18446744073709547520");

        var result = await PlannerHere.RunAsync("replay", Write("bad.jsonl", string.Join('\n', text)), "--rule", "qemu", "--limit", "300ms", "--output", "json");

        Assert.Equal(0, result.Status);
        Assert.Contains($"bad.jsonl:{first + 1}: \"mbps\" is -1, which is no number from 0 to 8000000000; 2 such numbers are passed over.", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Equal("committed", PlannerHere.Objects(result.Output)[0].Text("verdict"));
    }

    [Fact]
    public async Task A_cancelled_migration_and_its_second_try_in_one_file_are_two()
    {
        var whole = Gzipped("precopy-convergent-run1");
        var cut = string.Join('\n', whole.Split('\n').Take(20)) + "\n" + """{"t":1e6,"query-migrate":{"status":"cancelled"} }""" + "\n";
        var later = System.Text.RegularExpressions.Regex.Replace(whole, "^\\{\"t\": ?([0-9.]+)", m => $"{{\"t\": {2e6 + double.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture):F3}", System.Text.RegularExpressions.RegexOptions.Multiline);

        var objects = await PlannerHere.RunJsonAsync("replay", Write("twice.jsonl", cut + later), "--rule", "qemu", "--limit", "300ms");
        var once = (await PlannerHere.RunJsonAsync("replay", Convergent[0], "--rule", "qemu", "--limit", "300ms"))[0];

        Assert.Equal(["twice#1", "twice#2"], objects.SkipLast(1).Select(o => o.Text("trace")));
        Assert.Equal([false, true], objects.SkipLast(1).Select(o => o.GetProperty("completed").GetBoolean()));
        Assert.Equal(once.Number("recordedCompletionSeconds"), objects[1].Number("recordedCompletionSeconds"));
        Assert.Equal(once.Number("blackoutSeconds"), objects[1].Number("blackoutSeconds"), 6);
        Assert.Equal(1, objects[^1].Number("migrations"));
    }

    [Fact]
    public async Task A_migration_that_never_completed_says_what_was_left_and_where_each_rule_would_have_committed()
    {
        // 1 MB is left at each of eight syncs, and the link carries 1 MB/s.
        var never = Write("never.jsonl", string.Concat(Enumerable.Range(1, 8).Select(i => QemuFixtures.Reply(i, syncs: i))));

        var qemu = Assert.Single(await PlannerHere.RunJsonAsync("replay", never, "--rule", "qemu", "--limit", "2s"));
        Assert.Equal(("committed", "preCopyRate"), (qemu.Text("verdict"), qemu.Text("blackoutFrom")));
        Assert.Equal((2, 1), (qemu.Number("commitSeconds"), qemu.Number("blackoutSeconds")));
        Assert.False(qemu.GetProperty("completed").GetBoolean());
        Assert.True(qemu.IsNull("recordedCompletionSeconds"));
        Assert.Equal(7, qemu.GetProperty("remaining").GetArrayLength());

        var oracle = Assert.Single(await PlannerHere.RunJsonAsync("replay", never, "--rule", "oracle", "--limit", "300ms"));
        Assert.Equal("stayed", oracle.Text("verdict"));
        Assert.True(oracle.IsNull("blackoutSeconds"));

        var told = await PlannerHere.RunAsync("replay", never, "--rule", "qemu", "--limit", "2s");
        Assert.Contains("never completed: at its 7 dirty syncs 977 KiB were left each time.", told.Output, StringComparison.Ordinal);
        Assert.Contains("was never measured", told.Output, StringComparison.Ordinal);

        var evaluated = await PlannerHere.RunAsync("evaluate", never, "--limit", "2s");
        Assert.Equal(0, evaluated.Status);
        Assert.All(global::Planner.Cli.RuleNames.OfRecordings, rule => Assert.Contains($"never   {rule} ", evaluated.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_without_recordings_is_refused() =>
        AssertRefused(await PlannerHere.RunAsync("replay", _folder.Path, "--rule", "qemu", "--limit", "300ms"), "there is no recording in");

    private string Write(string name, string text)
    {
        File.WriteAllText(_folder.File(name), text);
        return _folder.File(name);
    }

    private static string Gzipped(string name)
    {
        using var reader = new StreamReader(new System.IO.Compression.GZipStream(File.OpenRead(Fixture(name)), System.IO.Compression.CompressionMode.Decompress));
        return reader.ReadToEnd();
    }

    private static System.Text.RegularExpressions.Regex NumberOf(string name) => new($"(\"{name}\": ?)[0-9.]+");

    private static string Fixture(string name) => Path.Combine(QemuFixtures.Folder, $"{name}.jsonl.gz");

    private static ArcRun Arc(int second, ArcOutcome outcome, DeviceState to) => new(
        "nic0",
        "sim/nic",
        MigrationSide.Source,
        new Arc(DeviceState.RunningP2P, to),
        new ArcResult(outcome, to, Errno.None, TimeSpan.FromMilliseconds(40 + second)),
        InBlackout: true) { MigrationId = "m", At = Noon.AddSeconds(second) };

    private static void AssertRefused(PlannerProcess.Result result, string said)
    {
        Assert.Equal(2, result.Status);
        Assert.Contains(said, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }
}
