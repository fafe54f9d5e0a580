using System.Net.Http.Headers;
using System.Text;
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
        using var devices = new DeviceProcesses();
        var stop = TestContext.Current.CancellationToken;
        var (a, b) = (await devices.StartAsync("fast-nic", "a", 1, stop), await devices.StartAsync("fast-nic", "b", 2, stop));
        var (nodes, migrations) = (new List<string>(), new List<string>());
        for (var round = 0; round <= Rounds; round++)
        {
            using var service = await ServiceProcess.StartAsync(devices.StateHome);
            await CheckAsync(service.Http, nodes, migrations);
            if (round == 0)
            {
                await PutAsync(service.Http, "/v1/nodes/h1", "{}");
                await PutAsync(service.Http, "/v1/nodes/h2", "{}");
                await PutAsync(service.Http, "/v1/machines/vm1", $$$"""{ "node": "h1", "devices": ["{{{a}}}"], "startDestination": { "readyAt": { "h1": "{{{a}}}", "h2": "{{{b}}}" } } }""");
            }

            if (round == Rounds)
            {
                Assert.Equal(0, await service.StopAsync());
                break;
            }

            var load = Task.Run(() => LoadAsync(service.Http, round, nodes), stop);
            var machine = await GetAsync(service.Http, "/v1/machines/vm1");
            var destination = machine.GetProperty("node").GetString() == "h1" ? "h2" : "h1";
            using var answer = await SendAsync(service.Http, HttpMethod.Post, "/v1/migrations", $$"""{ "machine": "vm1", "destination": "{{destination}}", "sla": "bronze" }""");
            Assert.Equal(202, (int)answer.StatusCode);
            migrations.Add(JsonDocument.Parse(await answer.Content.ReadAsStringAsync(stop)).RootElement.GetProperty("id").GetString()!);

            // At another moment of the migration in each round, by what was heard of it.
            await HearAsync(service.Http, migrations[^1], round, stop);
            service.Kill();
            await load;
        }

        // Each was carried out, unwound, or not begun; and the device is in a state from which the machine can go on.
        Assert.Equal(Rounds, migrations.Distinct().Count());
    }

    [Fact]
    public async Task A_device_that_is_migrated_by_a_killed_service_is_brought_home_by_the_next_and_moves_again()
    {
        using var devices = new DeviceProcesses();
        var stop = TestContext.Current.CancellationToken;
        var (a, b) = (await devices.StartAsync("fast-nic", "a", 1, stop), await devices.StartAsync("fast-nic", "b", 2, stop));
        using (var service = await ServiceProcess.StartAsync(devices.StateHome))
        {
            await PutAsync(service.Http, "/v1/nodes/h1", "{}");
            await PutAsync(service.Http, "/v1/nodes/h2", "{}");
            await PutAsync(service.Http, "/v1/machines/vm1", $$$"""{ "node": "h1", "devices": ["{{{a}}}"], "startDestination": { "readyAt": { "h1": "{{{a}}}", "h2": "{{{b}}}" } } }""");
            using var answer = await SendAsync(service.Http, HttpMethod.Post, "/v1/migrations", """{ "machine": "vm1", "destination": "h2", "sla": "gold" }""");
            await HearAsync(service.Http, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(stop)).RootElement.GetProperty("id").GetString()!, 4, stop);
            service.Kill();
        }

        using var next = await ServiceProcess.StartAsync(devices.StateHome);
        var first = (await GetAsync(next.Http, "/v1/migrations")).GetProperty("items")[0];
        Assert.Equal("done", first.GetProperty("state").GetString());
        Assert.Contains(first.GetProperty("outcome").GetString(), new[] { "recovered", "stayed" });
        using var again = await SendAsync(next.Http, HttpMethod.Post, "/v1/migrations", """{ "machine": "vm1", "destination": "h2", "sla": "gold", "shadow": true }""");
        Assert.Equal(202, (int)again.StatusCode);
        Assert.Equal(0, await next.StopAsync());
    }

    private static async Task CheckAsync(HttpClient http, List<string> nodes, List<string> migrations)
    {
        foreach (var node in nodes)
        {
            await GetAsync(http, $"/v1/nodes/{node}");
        }

        foreach (var id in migrations)
        {
            var operation = await GetAsync(http, $"/v1/migrations/{id}");
            Assert.Equal("done", operation.GetProperty("state").GetString());
            Assert.NotEqual("needsPerson", operation.GetProperty("outcome").GetString());
            Assert.NotEmpty(operation.GetProperty("reason").GetString()!);
        }
    }

    private static async Task LoadAsync(HttpClient http, int round, List<string> nodes)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                var name = $"n{round}-{i}";
                using var answer = await SendAsync(http, HttpMethod.Put, $"/v1/nodes/{name}", "{}");
                if (answer.IsSuccessStatusCode)
                {
                    nodes.Add(name);
                }
            }
        }
        catch (HttpRequestException)
        {
            // It was killed.
        }
    }

    private static async Task HearAsync(HttpClient http, string id, int events, CancellationToken stop)
    {
        try
        {
            await using var stream = await http.GetStreamAsync($"/v1/migrations/{id}/events", stop);
            using var reader = new StreamReader(stream);
            for (var heard = 0; heard < events && await reader.ReadLineAsync(stop) is { } line;)
            {
                heard += line.StartsWith("id: ", StringComparison.Ordinal) ? 1 : 0;
            }
        }
        catch (HttpIOException)
        {
            // It was killed.
        }
    }

    private static async Task PutAsync(HttpClient http, string path, string json)
    {
        using var answer = await SendAsync(http, HttpMethod.Put, path, json);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<JsonElement> GetAsync(HttpClient http, string path) => JsonDocument.Parse(await http.GetStringAsync(path)).RootElement;

    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, HttpMethod method, string path, string json)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        return await http.SendAsync(request);
    }
}
