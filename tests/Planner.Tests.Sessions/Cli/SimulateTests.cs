using System.Text.Json;
using Xunit;

namespace Planner.Tests.Cli;

public sealed class SimulateTests
{
    [Fact]
    public async Task Many_runs_end_with_one_object()
    {
        var result = await PlannerProcess.RunAsync(["simulate", "--seed", "1", "--runs", "70", "-o", "json"], cancel: TestContext.Current.CancellationToken);

        var sum = JsonDocument.Parse(result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]).RootElement;
        Assert.Equal((0, 70, 0), (result.Status, sum.GetProperty("runs").GetInt32(), sum.GetProperty("violations").GetInt32()));
        Assert.Equal(JsonValueKind.Null, sum.GetProperty("firstBrokenSeed").ValueKind);
        Assert.InRange(sum.GetProperty("couldHaveCommitted").GetInt32(), sum.GetProperty("committed").GetInt32(), 70);
        Assert.True(sum.GetProperty("committed").GetInt32() > 0 && sum.GetProperty("stayed").GetInt32() > 0);
    }

    [Fact]
    public async Task One_run_is_told_line_by_line_with_a_legend()
    {
        var result = await PlannerProcess.RunAsync(["simulate", "--seed", "3"], cancel: TestContext.Current.CancellationToken);

        var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("Legend:", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, l => l.Contains("# ArcBegun", StringComparison.Ordinal));
        Assert.StartsWith("1 run:", lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--runs is '0'", "--runs", "0")]
    [InlineData("--runs is 'x'", "--runs", "x")]
    [InlineData("version 4", "--seed", "4-7")]
    [InlineData("was the text cut?", "--seed", "3-7+kil")]
    [InlineData("a whole number", "--seed", "seven")]
    public async Task What_is_no_run_is_refused_in_one_sentence(string said, params string[] arguments)
    {
        var result = await PlannerProcess.RunAsync(["simulate", .. arguments], cancel: TestContext.Current.CancellationToken);

        Assert.Equal((2, ""), (result.Status, result.Output));
        Assert.Contains(said, Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }
}
