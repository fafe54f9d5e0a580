using System.Text.Json;
using Xunit;

namespace Planner.Tests.Cli;

public sealed class DemoTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("planner-cli-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Three_stories_commit_stay_and_refused_by_the_device()
    {
        var demo = await RunDemoAsync();

        var stories = demo.GetProperty("stories").EnumerateArray().ToList();
        Assert.Equal(["commit", "stay", "commit"], stories.Select(s => s.GetProperty("verdict").GetString()));
        Assert.Equal(["completed", "stayed", "stayed"], stories.Select(s => s.GetProperty("migration").GetProperty("outcome").GetString()));
        Assert.NotEmpty(stories[1].GetProperty("migration").GetProperty("decision").GetProperty("wouldCommitIf").EnumerateArray());
        Assert.True(stories[0].GetProperty("migration").GetProperty("blackoutSeconds").GetDouble() <= stories[0].GetProperty("migration").GetProperty("limitSeconds").GetDouble());
    }

    [Fact]
    public async Task Decide_on_a_printed_snapshot_gives_the_same_verdict()
    {
        var demo = await RunDemoAsync("--seed", "5");
        foreach (var story in demo.GetProperty("stories").EnumerateArray())
        {
            var decided = await PlannerProcess.RunAsync(["decide", "--output", "json"], story.GetProperty("snapshot").GetRawText(), _folder.FullName, TestContext.Current.CancellationToken);

            Assert.Equal(story.GetProperty("verdict").GetString(), JsonDocument.Parse(decided.Output).RootElement.GetProperty("verdict").GetString());
        }
    }

    [Fact]
    public async Task Another_profile_tells_another_story()
    {
        var profile = Path.Combine(_folder.FullName, "minimal.yaml");
        await File.WriteAllTextAsync(
            profile,
            """
            apiVersion: planner/v1
            kind: DeviceProfile
            metadata: { name: minimal, class: sim/minimal/1.0 }
            spec:
              flags: [STOP_COPY]
              commitArc: RUNNING->STOP
              arcs: { default: { median: 1ms, p99: 2ms } }
              state: { bytes: 64KiB }
            """,
            TestContext.Current.CancellationToken);

        var demo = await RunDemoAsync("--profile", profile);

        Assert.Equal("minimal", demo.GetProperty("profile").GetString());
        Assert.Equal(3, demo.GetProperty("stories").GetArrayLength());
    }

    private async Task<JsonElement> RunDemoAsync(params string[] arguments)
    {
        var result = await PlannerProcess.RunAsync(["demo", "--output", "json", .. arguments], stateHome: _folder.FullName, cancel: TestContext.Current.CancellationToken);
        Assert.True(result.Status == 0, result.ToString());
        return JsonDocument.Parse(result.Output).RootElement;
    }
}
