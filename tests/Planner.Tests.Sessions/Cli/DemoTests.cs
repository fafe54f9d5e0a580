using System.Text.Json;
using Xunit;

namespace Planner.Tests.Cli;

/// <summary>The demonstration runs in real time and for real: what becomes of a story follows from its numbers.</summary>
public sealed class DemoTests(DemoTests.Demonstration demonstration) : IClassFixture<DemoTests.Demonstration>
{
    [Fact]
    public void Three_stories_commit_stay_and_refused_by_the_device()
    {
        var stories = demonstration.Stories;

        Assert.Equal(["commit", "stay", "commit"], stories.Select(s => s.Text("verdict")));
        Assert.NotEmpty(stories[1].GetProperty("migration").GetProperty("decision").GetProperty("wouldCommitIf").EnumerateArray());
        Assert.Equal(["completed", "stayed", "stayed"], stories.Select(s => s.GetProperty("migration").Text("outcome")));
        Assert.Contains("refused its deadline", stories[2].GetProperty("migration").Text("reason"), StringComparison.Ordinal);
        Assert.True(stories[0].GetProperty("migration").Number("blackoutSeconds") <= stories[0].GetProperty("migration").Number("limitSeconds"));
    }

    [Fact]
    public async Task Decide_on_a_printed_snapshot_gives_the_same_verdict()
    {
        foreach (var story in demonstration.Stories)
        {
            var decided = await PlannerHere.RunWithInputAsync(story.GetProperty("snapshot").GetRawText(), "decide", "--output", "json");

            Assert.Equal(story.Text("verdict"), Assert.Single(PlannerHere.Objects(decided.Output)).Text("verdict"));
        }
    }

    [Fact]
    public async Task Another_profile_and_another_policy_tell_another_story()
    {
        var profile = demonstration.Write(
            "minimal.yaml",
            """
            apiVersion: planner/v1
            kind: DeviceProfile
            metadata: { name: minimal, class: sim/minimal/1.0 }
            spec:
              flags: [STOP_COPY]
              commitArc: RUNNING->STOP
              arcs: { default: { median: 1ms, p99: 2ms } }
              state: { bytes: 64KiB }
            """);
        var policy = demonstration.Write(
            "policy.yaml",
            """
            apiVersion: planner/v1
            kind: SlaPolicy
            metadata: { name: gold }
            spec: { blackout: { limit: 300ms, confidence: 0.9 } }
            """);

        var demo = await demonstration.RunAsync("--profile", profile, "--policy", policy);

        Assert.Equal("minimal", demo.Text("profile"));
        Assert.Equal([20, 0, 20], demo.GetProperty("stories").EnumerateArray().Select(s => (int)s.Number("rehearsals")));
    }

    /// <summary>One demonstration for all that look at it.</summary>
    public sealed class Demonstration : IAsyncLifetime
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("planner-cli-");

        public IReadOnlyList<JsonElement> Stories { get; private set; } = [];

        public async ValueTask InitializeAsync() => Stories = [.. (await RunAsync("--seed", "5")).GetProperty("stories").EnumerateArray()];

        public string Write(string name, string text)
        {
            var path = Path.Combine(_folder.FullName, name);
            File.WriteAllText(path, text);
            return path;
        }

        public async Task<JsonElement> RunAsync(params string[] arguments)
        {
            var result = await PlannerProcess.RunAsync(["demo", "--output", "json", .. arguments], stateHome: _folder.FullName);
            Assert.True(result.Status == 0, result.ToString());
            return JsonDocument.Parse(result.Output).RootElement;
        }

        public ValueTask DisposeAsync()
        {
            _folder.Delete(recursive: true);
            return ValueTask.CompletedTask;
        }
    }
}
