using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Cli;

/// <summary>What <c>migrate</c> counts, and under which name.</summary>
public sealed class CountedMigrationTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    private string StorePath => _folder.File("p.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_budget_without_a_name_is_refused_before_anything_is_touched()
    {
        var result = await MigrateAsync();

        Assert.Equal(2, result.Status);
        Assert.Equal(
            "planner: the class 'frugal' has an error budget, which is kept under the machine's name: say it with --machine NAME", Assert.Single(result.ErrorLines).TrimEnd('.'));
        Assert.False(File.Exists(StorePath), "the store was opened");
    }

    [Fact]
    public async Task With_a_name_it_is_kept_under_that()
    {
        var result = await MigrateAsync("--machine", "vm1", "--output", "json");

        Assert.True(result.Status == 3, result.ToString());
        var report = Assert.Single(PlannerHere.Objects(result.Output));
        Assert.Equal("vm1", report.Text("machine"));
        Assert.Equal((0, 0, 0), (report.Number("pausedSeconds"), report.Number("vainQuiesceSeconds"), report.Number("failedCommitSeconds")));
        Assert.True(report.IsNull("blackoutSeconds"), "there was no switchover");
        Assert.False(report.GetProperty("limitExceeded").GetBoolean());
    }

    private async Task<PlannerProcess.Result> MigrateAsync(params string[] more)
    {
        var policy = _folder.File("policy.yaml");
        await File.WriteAllTextAsync(policy, """
            apiVersion: planner/v1
            kind: SlaPolicy
            metadata: { name: frugal }
            spec:
              blackout: { limit: 300ms, confidence: 0.9 }
              errorBudget: { blackout: 30s, per: 30d }
            """, TestContext.Current.CancellationToken);
        var profile = $"sim:{Path.Combine(Repository.Root, "docs", "examples", "fast-nic-profile.yaml")}";
        return await PlannerHere.RunAsync(["migrate", profile, profile, "--sla", "frugal", "--policy", policy, "--store", StorePath, .. more]);
    }
}
