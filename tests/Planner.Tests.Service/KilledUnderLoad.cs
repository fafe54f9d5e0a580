using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Planner.Tests.Cli;

namespace Planner.Tests.Service;

/// <summary>Ends a service as SIGKILL does, again and again, while hosts are registered and a machine is migrated, and looks after each start for what was acknowledged.</summary>
internal sealed class KilledUnderLoad
{
    private const int Moments = 10;

    private readonly List<string> _nodes = [];
    private readonly List<string> _migrations = [];
    private readonly List<string> _broken = [];

    /// <summary>What came of it.</summary>
    /// <param name="Nodes">How many registrations were acknowledged.</param>
    /// <param name="Migrations">How many migrations were.</param>
    /// <param name="Broken">What was lost of them, or ended as it must not.</param>
    internal sealed record Outcome(int Nodes, int Migrations, IReadOnlyList<string> Broken);

    /// <summary>Does so many rounds, each killed at another moment of the migration.</summary>
    public async Task<Outcome> RunAsync(int rounds, CancellationToken stop)
    {
        using var devices = new DeviceProcesses();
        var (a, b) = (await devices.StartAsync("fast-nic", "a", 1, stop), await devices.StartAsync("fast-nic", "b", 2, stop));
        for (var round = 0; round < rounds; round++)
        {
            using var service = await ServiceProcess.StartAsync(devices.StateHome);
            await CheckAsync(service.Http, stop);
            if (round == 0)
            {
                await PutAsync(service.Http, "/v1/nodes/h1", "{}");
                await PutAsync(service.Http, "/v1/nodes/h2", "{}");
                await PutAsync(service.Http, "/v1/machines/vm1", $$$"""{ "node": "h1", "devices": ["{{{a}}}"], "startDestination": { "readyAt": { "h1": "{{{a}}}", "h2": "{{{b}}}" } } }""");
            }

            var load = Task.Run(() => LoadAsync(service.Http, round), stop);
            await MigrateAsync(service.Http, round, stop);
            service.Kill();
            await load;
        }

        using var last = await ServiceProcess.StartAsync(devices.StateHome);
        await CheckAsync(last.Http, stop);
        return await last.StopAsync() is 0 ? new(_nodes.Count, _migrations.Distinct().Count(), _broken) : throw new InvalidOperationException("The last service did not end as asked.");
    }

    /// <summary>Hears so many changes of a migration, or as many as there are.</summary>
    public static async Task HearAsync(HttpClient http, string id, int events, CancellationToken stop)
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

    public static async Task PutAsync(HttpClient http, string path, string json)
    {
        using var answer = await SendAsync(http, HttpMethod.Put, path, json);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Puts a class that commits with little evidence.</summary>
    public static Task PutLenientAsync(HttpClient http) => PutAsync(http, "/v1/policies/lenient", """
        { "apiVersion": "planner/v1", "kind": "SlaPolicy", "metadata": { "name": "lenient" }, "spec": { "blackout": { "limit": "20s", "confidence": 0.9 }, "whenEvidenceIsInsufficient": "accept" } }
        """);

    public static async Task<JsonElement> GetAsync(HttpClient http, string path) => JsonDocument.Parse(await http.GetStringAsync(path)).RootElement;

    public static async Task<HttpResponseMessage> SendAsync(HttpClient http, HttpMethod method, string path, string json)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        return await http.SendAsync(request);
    }

    private async Task MigrateAsync(HttpClient http, int round, CancellationToken stop)
    {
        var machine = await GetAsync(http, "/v1/machines/vm1");
        var destination = machine.GetProperty("node").GetString() == "h1" ? "h2" : "h1";
        using var answer = await SendAsync(http, HttpMethod.Post, "/v1/migrations", $$"""{ "machine": "vm1", "destination": "{{destination}}", "sla": "bronze" }""");
        var text = await answer.Content.ReadAsStringAsync(stop);
        if ((int)answer.StatusCode != 202)
        {
            throw new InvalidOperationException(text);
        }

        _migrations.Add(JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!);
        await HearAsync(http, _migrations[^1], round % Moments, stop);
    }

    private async Task CheckAsync(HttpClient http, CancellationToken stop)
    {
        // One that had not begun goes on.
        foreach (var id in _migrations.TakeLast(1))
        {
            await HearAsync(http, id, int.MaxValue, stop);
        }

        foreach (var node in _nodes)
        {
            using var answer = await http.GetAsync($"/v1/nodes/{node}", stop);
            if (!answer.IsSuccessStatusCode)
            {
                _broken.Add($"the host {node} is lost");
            }
        }

        foreach (var id in _migrations)
        {
            var operation = await GetAsync(http, $"/v1/migrations/{id}");
            if (operation.GetProperty("state").GetString() != "done" || operation.GetProperty("outcome").GetString() == "needsPerson" || operation.GetProperty("reason").GetString() is not { Length: > 0 })
            {
                _broken.Add(operation.ToString());
            }
        }
    }

    private async Task LoadAsync(HttpClient http, int round)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                var name = $"n{round}-{i}";
                using var answer = await SendAsync(http, HttpMethod.Put, $"/v1/nodes/{name}", "{}");
                if (answer.IsSuccessStatusCode)
                {
                    _nodes.Add(name);
                }
            }
        }
        catch (HttpRequestException)
        {
            // It was killed.
        }
    }
}
