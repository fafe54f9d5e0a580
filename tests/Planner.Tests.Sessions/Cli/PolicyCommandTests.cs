using System.Text.Json;
using Planner.Measurements;
using Planner.Storage;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Cli;

/// <summary><c>planner policy</c>, and what the command holds against a policy before it touches a machine.</summary>
public sealed class PolicyCommandTests : IDisposable
{
    private static readonly string Example = Path.Combine(Repository.Root, "docs", "examples", "gold-policy.yaml");
    private static readonly string Profile = $"sim:{Path.Combine(Repository.Root, "docs", "examples", "fast-nic-profile.yaml")}";

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_valid_file_is_checked_and_a_wrong_one_refused_with_its_line()
    {
        var valid = await PlannerHere.RunAsync("policy", "check", Example);
        Assert.Equal((0, $"{Example}: valid; its classes are gold.\n"), (valid.Status, valid.Output));

        var wrong = Write("apiVersion: planner/v1\nkind: SlaPolicy\nmetadata: { name: g }\nspec:\n  blackout: { limit: 300 }\n");
        var refused = await PlannerHere.RunAsync("policy", "check", wrong);
        Assert.Equal(2, refused.Status);
        Assert.Contains(":5:22:", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_schema_is_JSON_and_the_explanation_has_the_whole_policy()
    {
        using var schema = JsonDocument.Parse((await PlannerHere.RunAsync("policy", "schema")).Output);
        Assert.Equal("SlaPolicy", schema.RootElement.Text("title"));

        var explained = Assert.Single(await PlannerHere.RunJsonAsync("policy", "explain", Example));
        Assert.Equal(("gold", 99), (explained.Text("sla"), explained.GetProperty("neededBlackouts").GetInt32()));
        Assert.Equal("10m", explained.GetProperty("policy").GetProperty("spec").GetProperty("attempts").Text("backOff"));
        Assert.Contains("  Promise: ", (await PlannerHere.RunAsync("policy", "explain", Example)).Output, StringComparison.Ordinal);
        Assert.StartsWith("apiVersion: \"openslo/v1\"", (await PlannerHere.RunAsync("policy", "explain", Example, "--as", "openslo")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_attempts_in_vain_a_machine_stays_with_the_reason_and_a_shadow_run_is_free()
    {
        var policy = Write("apiVersion: planner/v1\nkind: SlaPolicy\nmetadata: { name: g }\nspec:\n  blackout: { limit: 300ms }\n  attempts: { atMost: 1, backOff: 1h }\n");
        string[] migrate = ["migrate", Profile, Profile, "--sla", "g", "--policy", policy, "--machine", "vm1", "--store", _folder.File("p.db"), "--state", _folder.File("state")];
        Assert.Equal(3, (await PlannerHere.RunAsync(migrate)).Status);

        var second = await PlannerHere.RunAsync([.. migrate, "--output", "json"]);

        Assert.Equal(3, second.Status);
        Assert.Contains("1 attempt in a row left vm1 where it is", second.Error, StringComparison.Ordinal);
        Assert.Equal("stayed", Assert.Single(PlannerHere.Objects(second.Output)).Text("outcome"));
        Assert.DoesNotContain("in a row", (await PlannerHere.RunAsync([.. migrate, "--shadow"])).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spent_budget_keeps_the_machine_before_anything_is_touched()
    {
        using (var store = SqlMeasurementStore.Open(StoreAddress.Parse(_folder.File("p.db"))))
        {
            var now = TimeProvider.System.GetUtcNow();
            store.Append(new MeasurementBatch { Attempts = [Ledger.Attempt("a", pausedSeconds: 31) with { Started = now, Ended = now }] });
            Assert.Equal(["a"], store.ReadSummaries("vm1", now.AddDays(-1)).Select(s => s.Id));
            Assert.Equal(TimeSpan.FromSeconds(31), store.ReadSummaries(null, now)[0].PausedAtMost);
            Assert.Empty(store.ReadSummaries("vm2", now.AddDays(-1)));
            Assert.Empty(store.ReadSummaries("vm1", now.AddSeconds(1)));
        }

        var policy = Write("apiVersion: planner/v1\nkind: SlaPolicy\nmetadata: { name: g }\nspec:\n  blackout: { limit: 300ms }\n  errorBudget: { blackout: 30s, per: 30d }\n");

        var result = await PlannerHere.RunAsync("migrate", Profile, Profile, "--sla", "g", "--policy", policy, "--machine", "vm1", "--store", _folder.File("p.db"), "--state", _folder.File("state"));

        Assert.Equal(3, result.Status);
        Assert.Contains("The error budget of vm1 under the class 'g' is spent: 31.0 s of 30.0 s", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    private string Write(string text)
    {
        File.WriteAllText(_folder.File("policy.yaml"), text);
        return _folder.File("policy.yaml");
    }
}
