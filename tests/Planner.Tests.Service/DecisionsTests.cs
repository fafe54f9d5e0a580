using Planner.Cli;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>Decisions and forecasts over HTTP are the command's.</summary>
public sealed class DecisionsTests
{
    public static TheoryData<string> Snapshots() => [.. Directory.GetFiles(Path.Combine(Repository.Root, "docs", "examples"), "*-snapshot.json")];

    [Theory]
    [MemberData(nameof(Snapshots))]
    public async Task A_snapshot_is_decided_as_the_command_decides_it(string file)
    {
        await using var service = await ServiceHere.StartAsync();
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        using var output = new StringWriter();
        using var input = new StringReader(text);
        Assert.Equal(0, await CommandLine.RunAsync(["decide", "--output", "json"], output, TextWriter.Null, input, ProductDrivers.Register(TextWriter.Null)));

        Assert.Equal(output.ToString().Trim(), (await service.PostAsync("/v1/decisions", text)).Expect(200).Text);
    }

    [Fact]
    public async Task A_snapshot_that_is_none_is_refused_with_line_and_column()
    {
        await using var service = await ServiceHere.StartAsync();

        var refused = (await service.PostAsync("/v1/decisions", "{\n  \"slaa\": {} }")).Expect(400);

        Assert.Equal((2, 3), (refused.Json.GetProperty("line").GetInt32(), refused.Json.GetProperty("column").GetInt32()));
    }

    [Fact]
    public async Task A_forecast_says_whether_why_and_when_and_changes_nothing()
    {
        await using var service = await ServiceHere.StartAsync();
        await service.RegisterAsync("vm1", "sim:fast-nic", "sim:fast-nic");

        var gold = (await service.PostAsync("/v1/forecasts", """{ "machine": "vm1", "destination": "h2", "sla": "gold" }""")).Expect(200).Json;
        Assert.Equal("no", gold.GetProperty("feasible").GetString());
        Assert.Contains("Stay", gold.GetProperty("reason").GetString(), StringComparison.Ordinal);

        await Evidence.RehearseAsync(service.Store);
        var bronze = (await service.PostAsync("/v1/forecasts", """{ "machine": "vm1", "destination": "h2", "sla": "bronze" }""")).Expect(200).Json;
        Assert.Equal("yes", bronze.GetProperty("feasible").GetString());
        Assert.Equal("commit", bronze.GetProperty("decision").GetProperty("verdict").GetString());
        Assert.Empty((await service.GetAsync("/v1/migrations")).Json.GetProperty("items").EnumerateArray());
    }

    [Theory]
    [InlineData("""{ "machine": "vm9", "destination": "h2", "sla": "gold" }""", "There is no machine 'vm9'")]
    [InlineData("""{ "machine": "vm1", "destination": "h9", "sla": "gold" }""", "There is no node 'h9'")]
    [InlineData("""{ "machine": "vm1", "destination": "h1", "sla": "gold" }""", "is on the node 'h1' already")]
    [InlineData("""{ "machine": "vm1", "destination": "h2", "sla": "tin" }""", "There is no SLA class 'tin'")]
    [InlineData("""{ "machine": "vm1", "destination": "h2" }""", "No SLA class selects vm1")]
    [InlineData("""{ "machine": "vm1", "destination": "h3", "sla": "gold" }""", "Nobody said how the destination of vm1 on 'h3' is made")]
    public async Task Names_that_are_not_known_are_refused(string body, string words)
    {
        await using var service = await ServiceHere.StartAsync();
        await service.RegisterAsync("vm1", "sim:fast-nic", "sim:fast-nic");
        (await service.PutAsync("/v1/nodes/h3", "{}")).Expect(200);

        Assert.Contains(words, (await service.PostAsync("/v1/forecasts", body)).Expect(422).Detail, StringComparison.Ordinal);
        Assert.Contains(words, (await service.PostAsync("/v1/migrations", body)).Expect(422).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_loop_of_another_master_is_held_until_what_is_left_fits_and_never_told_to_stop_whatever_it_takes()
    {
        await using var service = await ServiceHere.StartAsync();
        async Task<(string Action, double? Seconds)> AskAsync(int iteration, double elapsed, long remaining, string sla)
        {
            var advice = (await service.PostAsync(
                "/v1/switchover-decisions",
                $$"""{ "machine": "vm1", "sla": "{{sla}}", "remainingBytes": {{remaining}}, "elapsedSeconds": {{elapsed}}, "iteration": {{iteration}}, "bytesPerSecond": 1e8 }""")).Expect(200).Json;
            Assert.NotEmpty(advice.GetProperty("reason").GetString()!);
            return (advice.GetProperty("action").GetString()!, advice.GetProperty("maxDowntimeSeconds").ValueKind == System.Text.Json.JsonValueKind.Null ? null : advice.GetProperty("maxDowntimeSeconds").GetDouble());
        }

        Assert.Equal("nothing", (await AskAsync(1, 1, 4_000_000_000, "bronze")).Action);
        var (action, seconds) = await AskAsync(2, 11, 1_000_000, "bronze");
        Assert.Equal("soft", action);
        Assert.InRange(seconds!.Value, 0.01, 5);
        Assert.Equal("abort", (await AskAsync(3, 7300, 1_000_000, "bronze")).Action);
        Assert.Equal("nothing", (await AskAsync(1, 1, 1_000_000, "gold")).Action);
        (await service.PostAsync("/v1/switchover-decisions", """{ "machine": "vm1", "sla": "gold", "remainingBytes": -1, "elapsedSeconds": 0, "iteration": 1, "bytesPerSecond": 1 }""")).Expect(422);
    }
}
