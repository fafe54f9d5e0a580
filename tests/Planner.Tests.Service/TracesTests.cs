using System.Text.Json;
using Planner.Tests.Cli;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>What a collector of OpenTelemetry sees of a migration that the service carries out.</summary>
public sealed class TracesTests
{
    [Fact]
    public async Task A_collector_sees_the_migration_its_phases_and_their_arcs_foretold_and_as_they_came()
    {
        var stop = TestContext.Current.CancellationToken;
        using var devices = new DeviceProcesses();
        var (a, b) = (await devices.StartAsync("fast-nic", "a", 1, stop), await devices.StartAsync("fast-nic", "b", 2, stop));
        Assert.Equal(0, (await PlannerProcess.RunAsync(["measure", a, "--to", b, "--rounds", "4", "--store", devices.PathOf("planner.db")], stateHome: devices.StateHome, cancel: stop)).Status);
        await using var receiver = await OtlpReceiver.StartAsync();
        using var service = await ServiceProcess.StartAsync(devices.StateHome, null, "--otlp", receiver.Url);
        await KilledUnderLoad.PutLenientAsync(service.Http);
        await KilledUnderLoad.PutAsync(service.Http, "/v1/nodes/h1", "{}");
        await KilledUnderLoad.PutAsync(service.Http, "/v1/nodes/h2", "{}");
        await KilledUnderLoad.PutAsync(service.Http, "/v1/machines/vm1", $$$"""{ "node": "h1", "devices": ["{{{a}}}"], "startDestination": { "readyAt": { "h1": "{{{a}}}", "h2": "{{{b}}}" } } }""");

        var id = await MigrateAsync(service.Http, "h2", stop);
        await receiver.WaitForAsync(id, stop);
        Assert.Equal(0, await service.StopAsync());

        var migration = Assert.Single(receiver.Spans, s => s["vm.migration.id"]?.Text == id);
        Assert.Equal("migration", migration.Name);
        Assert.All(new[] { "vm.migration.blackout.predicted", "vm.migration.blackout.duration" }, key => Assert.InRange(migration[key]?.Number ?? 0, 1e-6, 60));
        var spans = receiver.Spans.Where(s => s.Trace == migration.Trace).ToList();
        var phases = spans.Where(s => s.Parent == migration.Id).ToDictionary(s => s.Id);
        Assert.Contains("phase stop_copy", phases.Values.Select(p => p.Name));
        Assert.All(phases.Values, p => Assert.StartsWith("phase ", p.Name, StringComparison.Ordinal));
        var arcs = spans.Where(s => s.Name.StartsWith("arc ", StringComparison.Ordinal) && phases.ContainsKey(s.Parent)).ToList();
        Assert.Contains("arc RESUMING->STOP", arcs.Select(s => s.Name));
        Assert.All(arcs, s => Assert.Equal((s.EndNanoseconds - s.StartNanoseconds) / 1e9, s["vm.migration.arc.duration"]!.Number!.Value, 6));
        Assert.All(arcs.Where(s => s.Name is "arc RESUMING->STOP" or "arc PRE_COPY_P2P->STOP_COPY"), s => Assert.InRange(s["vm.migration.arc.predicted"]?.Number ?? 0, 1e-6, 60));
        Assert.NotEqual(0, receiver.Metrics);
    }

    private static async Task<string> MigrateAsync(HttpClient http, string destination, CancellationToken stop)
    {
        using var answer = await KilledUnderLoad.SendAsync(http, HttpMethod.Post, "/v1/migrations", $$"""{ "machine": "vm1", "destination": "{{destination}}", "sla": "lenient" }""");
        var id = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(stop)).RootElement.GetProperty("id").GetString()!;
        await KilledUnderLoad.HearAsync(http, id, int.MaxValue, stop);
        var operation = await KilledUnderLoad.GetAsync(http, $"/v1/migrations/{id}");
        Assert.Equal("completed", operation.GetProperty("outcome").GetString());
        return id;
    }
}
