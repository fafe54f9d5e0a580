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
                "kind", "trace", "rule", "limitSeconds", "confidence", "verdict", "decisions", "commitSeconds", "blackoutSeconds", "boundSeconds", "violated", "completionSeconds",
                "oracleCompletionSeconds", "remainingErrorP50Share", "remainingErrorP90Share",
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
    [InlineData("{\"t\":1,\"device\":\"d\",\"class\":\"c\",\"from\":\"RUNNING_P2P\",\"to\":\"STOP\",\"seconds\":-1,\"outcome\":\"ok\"}\n", "trace:1:")]
    [InlineData("{\"t\":2,\"event\":{\"event\":\"STOP\"}}\n{\"t\":1,\"event\":{\"event\":\"STOP\"}}\n", "trace:2:")]
    [InlineData("", "there is no recording")]
    public async Task A_bad_trace_is_named_with_its_line(string text, string said)
    {
        var path = Path.Combine(_folder.Path, "trace");
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);

        AssertRefused(await PlannerHere.RunAsync("replay", path, "--rule", "qemu", "--limit", "300ms"), said);
    }

    [Fact]
    public async Task A_folder_without_recordings_is_refused() =>
        AssertRefused(await PlannerHere.RunAsync("replay", _folder.Path, "--rule", "qemu", "--limit", "300ms"), "there is no recording in");

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
