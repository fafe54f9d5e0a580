using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Planner.Measurements;
using Planner.Service;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>What monitoring sees, and what it makes of it: rules and dashboard name only what is exported, and a burn is told while a small sample is not.</summary>
public sealed partial class MonitoringTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "telemetry", "monitoring");

    [Fact]
    public async Task The_rules_do_with_replayed_burns_what_they_say()
    {
        var (status, output) = await RunAsync("promtool", "test", "rules", Path.Combine(Folder, "planner.rules-test.yaml"));

        Assert.True(status == 0, output);
    }

    [Fact]
    public async Task Rules_and_dashboard_name_only_what_is_exported_and_nothing_is_told_by_machine()
    {
        await using var service = await ServiceHere.StartAsync();
        await Evidence.RehearseAsync(service.Store);
        await service.RegisterAsync("vm-of-somebody", "sim:fast-nic", "sim:fast-nic");
        await service.EndAsync(await service.MigrateAsync("vm-of-somebody"));

        var exported = (await service.GetAsync("/metrics")).Expect(200).Text;

        var rules = await File.ReadAllTextAsync(Path.Combine(Folder, "planner.rules.yaml"), TestContext.Current.CancellationToken);
        var dashboard = await File.ReadAllTextAsync(Path.Combine(Folder, "planner-dashboard.json"), TestContext.Current.CancellationToken);
        using (JsonDocument.Parse(dashboard))
        {
            var named = Metric().Matches(rules + dashboard).Select(m => m.Value).Distinct().ToList();
            Assert.True(named.Count >= 12, string.Join(' ', named));
            Assert.All(named, name => Assert.Contains($"\n{name}{{", exported, StringComparison.Ordinal));
        }

        Assert.DoesNotContain("vm-of-somebody", exported, StringComparison.Ordinal);
        Assert.Contains("kubevirt_vmi_migrations_in_running_phase", exported, StringComparison.Ordinal);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, exported, TestContext.Current.CancellationToken);
        var (status, output) = await RunAsync("sh", "-c", $"promtool check metrics < {file}");
        File.Delete(file);
        Assert.True(status == 0 || !output.Contains("error while linting", StringComparison.Ordinal), output);
    }

    [Fact]
    public async Task Machines_that_come_and_go_add_no_series()
    {
        await using var service = await ServiceHere.StartAsync();
        async Task<int> SeriesAsync() => (await service.GetAsync("/metrics")).Text.Split('\n').Count(l => l.Length > 0 && l[0] != '#');
        var before = await SeriesAsync();
        for (var i = 0; i < 50; i++)
        {
            (await service.PutAsync($"/v1/machines/vm{i}", """{ "devices": ["sim:fast-nic"] }""")).Expect(200);
            (await service.CallAsync(HttpMethod.Delete, $"/v1/machines/vm{i}")).Expect(204);
        }

        Assert.Equal(before, await SeriesAsync());
    }

    [Fact]
    public async Task Budgets_say_of_a_burn_what_the_rules_say()
    {
        await using var service = await ServiceHere.StartAsync();
        var now = TimeProvider.System.GetUtcNow();
        service.Store.Append(new MeasurementBatch
        {
            Attempts = [.. Enumerable.Range(0, 20).Select(i => Ledger.Attempt($"a{i}", pausedSeconds: i < 10 ? 1 : 0.1) with { Started = now.AddSeconds(-100 - i), Ended = now.AddSeconds(-90 - i) })],
        });

        var gold = (await service.GetAsync("/v1/budgets")).Expect(200).Json.GetProperty("classes").EnumerateArray().Single(c => c.GetProperty("sla").GetString() == "gold");

        Assert.All(gold.GetProperty("burn").EnumerateArray(), burn => Assert.Equal("burns", burn.GetProperty("verdict").GetString()));
        Assert.Equal(0, gold.GetProperty("exhaustedIn").GetProperty("soonest").GetDouble());
        var metrics = (await service.GetAsync("/metrics")).Text;
        Assert.Matches("planner_promise_violations\\{[^}]*sla_class=\"gold\",window=\"1h\"\\} 10\n", metrics);
    }

    [Fact]
    public async Task A_service_tells_its_own_promises_alone_though_others_share_its_process()
    {
        await using var one = await ServiceHere.StartAsync();
        await using var other = await ServiceHere.StartAsync();
        one.Store.Append(new MeasurementBatch { Attempts = [.. Enumerable.Range(0, 7).Select(i => Ledger.Attempt($"a{i}") with { Started = TimeProvider.System.GetUtcNow().AddSeconds(-2), Ended = TimeProvider.System.GetUtcNow() })] });

        const string Paused = "planner_promise_paused\\{[^}]*sla_class=\"gold\",window=\"1h\"\\} ";
        Assert.Matches(Paused + "7\n", (await one.GetAsync("/metrics")).Text);
        Assert.Matches(Paused + "0\n", (await other.GetAsync("/metrics")).Text);
    }

    [Fact]
    public async Task A_store_that_stands_still_holds_up_no_scrape()
    {
        await using var service = await ServiceHere.StartAsync();
        var store = StandingStore.Before(service.Store);
        var counts = new LedgerCounts(store, service.Parts.Policies, TimeProvider.System);

        Assert.Empty(counts.Read());

        StandingStore.GoOn(store);
        Assert.True(SpinWait.SpinUntil(() => counts.Read().Any(c => c.SlaClass == "gold"), TimeSpan.FromMinutes(1)));
    }

    private static async Task<(int Status, string Output)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    [GeneratedRegex(@"\b(planner_(promise|budget|bound|evidence|migrations|store)\w*|vm_migration_(blackout|migrations|decisions)\w*_(bucket|total|count))\b")]
    private static partial Regex Metric();
}
