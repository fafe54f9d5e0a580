using System.Text.Json;
using Planner.Tests.Cli;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>The service as its own process: killed under load it loses nothing that it acknowledged.</summary>
public sealed class RestartTests
{
    private const int Rounds = 10;

    [Fact]
    public async Task Killed_under_load_ten_times_it_loses_nothing_that_it_acknowledged_and_no_machine()
    {
        var killed = await new KilledUnderLoad().RunAsync(Rounds, TestContext.Current.CancellationToken);

        Assert.Equal(Rounds, killed.Migrations);
        Assert.Empty(killed.Broken);
    }

    [Fact]
    public async Task A_device_that_is_migrated_by_a_killed_service_is_brought_home_by_the_next_and_moves_again()
    {
        using var devices = new DeviceProcesses();
        var stop = TestContext.Current.CancellationToken;
        var (a, b) = (await devices.StartAsync("fast-nic", "a", 1, stop), await devices.StartAsync("fast-nic", "b", 2, stop));
        using (var service = await ServiceProcess.StartAsync(devices.StateHome))
        {
            await KilledUnderLoad.PutAsync(service.Http, "/v1/nodes/h1", "{}");
            await KilledUnderLoad.PutAsync(service.Http, "/v1/nodes/h2", "{}");
            await KilledUnderLoad.PutAsync(service.Http, "/v1/machines/vm1", $$$"""{ "node": "h1", "devices": ["{{{a}}}"], "startDestination": { "readyAt": { "h1": "{{{a}}}", "h2": "{{{b}}}" } } }""");
            using var answer = await KilledUnderLoad.SendAsync(service.Http, HttpMethod.Post, "/v1/migrations", """{ "machine": "vm1", "destination": "h2", "sla": "gold" }""");
            await KilledUnderLoad.HearAsync(service.Http, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(stop)).RootElement.GetProperty("id").GetString()!, 4, stop);
            service.Kill();
        }

        using var next = await ServiceProcess.StartAsync(devices.StateHome);
        var first = (await KilledUnderLoad.GetAsync(next.Http, "/v1/migrations")).GetProperty("items")[0];
        Assert.Equal("done", first.GetProperty("state").GetString());
        Assert.Contains(first.GetProperty("outcome").GetString(), new[] { "recovered", "stayed" });
        using var again = await KilledUnderLoad.SendAsync(next.Http, HttpMethod.Post, "/v1/migrations", """{ "machine": "vm1", "destination": "h2", "sla": "gold", "shadow": true }""");
        Assert.Equal(202, (int)again.StatusCode);
        Assert.Equal(0, await next.StopAsync());
    }
}
