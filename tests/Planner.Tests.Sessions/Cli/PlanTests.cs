using Xunit;

namespace Planner.Tests.Cli;

public sealed class PlanTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("planner-plan-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_plan_that_leaves_a_machine_behind_is_printed_and_ends_with_3()
    {
        var result = await PlannerHere.RunAsync("plan", Example("evacuation"));

        Assert.Equal(3, result.Status);
        Assert.Contains("Not feasible as asked", result.Output, StringComparison.Ordinal);
        Assert.Contains("cache1 runs on where it is", result.Output, StringComparison.Ordinal);
        Assert.Contains("h1: may begin", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upgrade_is_one_object_of_JSON_and_a_page()
    {
        var page = Path.Combine(_folder.FullName, "plan.html");
        var plan = Assert.Single(await PlannerHere.RunJsonAsync("plan", Example("upgrade"), "--report", page, "--replications", "50", "--seed", "3"));

        Assert.True(plan.GetProperty("feasible").GetBoolean());
        Assert.Equal(5, plan.GetProperty("reboots").GetArrayLength());
        Assert.StartsWith("<!DOCTYPE html>", await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hosts: [ { name: h1, memory: 64GiB } ]\n  machines: [ { name: a, host: h2, memory: 1GiB } ]", "fleet.yaml:5:32: there is no host 'h2'")]
    [InlineData("hosts: [ { name: h1, memory: 64GiB } ]\n  machines: [ { name: a, host: h1, memory: 1GiB, devices: [ { profile: none.yaml } ] } ]", "there is no device profile 'none.yaml'")]
    public async Task A_wrong_file_is_one_sentence_with_line_and_column_and_2(string spec, string expected)
    {
        var file = Path.Combine(_folder.FullName, "fleet.yaml");
        await File.WriteAllTextAsync(file, $"apiVersion: planner/v1\nkind: Fleet\nspec:\n  {spec}\n  task: {{ drain: [h1] }}\n", TestContext.Current.CancellationToken);
        var result = await PlannerHere.RunAsync("plan", file);

        Assert.Equal(2, result.Status);
        Assert.Contains(expected, Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--report", "plan.pdf")]
    [InlineData("--report", "/no/such/folder/plan.html")]
    [InlineData("--replications", "0")]
    [InlineData("--seed", "-1")]
    public async Task Wrong_usage_is_one_sentence_and_2(params string[] arguments)
    {
        var result = await PlannerHere.RunAsync(["plan", Example("upgrade"), .. arguments]);

        Assert.Equal(2, result.Status);
        Assert.Single(result.ErrorLines);
    }

    private static string Example(string name) => Path.Combine(Repository.Root, "docs", "examples", $"{name}-fleet.yaml");
}
