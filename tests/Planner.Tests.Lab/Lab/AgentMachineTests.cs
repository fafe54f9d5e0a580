using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Planner.Lab;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Lab;

/// <summary>A machine of QEMU's that goes from host to host by the agents of both: its monitor and its memory there are reached through them alone.</summary>
[Collection(QemuCollection.Name)]
[Trait("lab", "qemu")]
public sealed class AgentMachineTests
{
    private static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(50);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_goes_to_another_host_under_the_certificates_of_the_agents_and_the_service_has_it_in_its_ledger()
    {
        using var folder = new TemporaryDirectory();
        await using var pair = await QemuPair.StartAsync(new PairOptions { Source = new QemuOptions { MemoryMiB = 256, Load = "ws_32,steady_10" } }, Cancellation);
        var (servicePort, agentsPort) = (FreePort(), FreePort());
        using var service = PlannerChild.Start(
            folder.File("s"), ["serve", "--urls", $"http://127.0.0.1:{servicePort}", "--agents", $"https://127.0.0.1:{agentsPort}", "--store", folder.File("planner.db"), "--state", folder.File("service")]);
        await service.UntilSaidAsync("serves at", Cancellation);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{servicePort}") };
        using var here = await JoinAsync("here");
        using var there = await JoinAsync("there");
        await SendAsync(HttpMethod.Put, "/v1/policies/lab", """
            { "apiVersion": "planner/v1", "kind": "SlaPolicy", "metadata": { "name": "lab" },
              "spec": { "blackout": { "limit": "5s", "confidence": 0.9 }, "whenEvidenceIsInsufficient": "accept", "completeWithin": "60s" } }
            """);
        await SendAsync(HttpMethod.Put, "/v1/machines/guest", $$$"""{ "node": "here", "target": "qmp:{{{pair.Source.QmpPath}}}", "startDestination": { "readyAt": { "there": "qmp:{{{pair.Destination.QmpPath}}}" } } }""");

        // Both agents have found the processes of QEMU on this host by themselves.
        await UntilAsync(async () => (await GetAsync("/v1/enrolments/here")).GetProperty("machines") is { ValueKind: JsonValueKind.Array } machines
            && machines.EnumerateArray().Any(m => m.GetProperty("target").GetString() == $"qmp:{pair.Source.QmpPath}"));
        await UntilAsync(async () => (await GetAsync("/v1/enrolments/there")).GetProperty("isEmpty").ValueKind == JsonValueKind.False);

        var id = (await SendAsync(HttpMethod.Post, "/v1/migrations", """{ "machine": "guest", "destination": "there", "sla": "lab" }""")).GetProperty("id").GetString();
        await UntilAsync(async () => (await GetAsync($"/v1/migrations/{id}")).GetProperty("state").GetString() == "done");
        var end = await GetAsync($"/v1/migrations/{id}");

        Assert.True(end.GetProperty("outcome").GetString() == "completed", $"{end}\n{here}\n{there}");
        Assert.Equal(("agent of here", $"qmp:{pair.Destination.QmpPath}"), (end.GetProperty("runBy").GetString(), end.GetProperty("destination").GetString()));
        using var guest = await MachineWatch.StartAsync(pair.Destination.ObserverPath);
        Assert.True(await guest.IsRunningAsync());
        var attempt = await GetAsync($"/v1/attempts/{id}");
        Assert.Equal(("here", "there"), (attempt.GetProperty("source").GetProperty("host").GetString(), attempt.GetProperty("destination").GetProperty("host").GetString()));
        Assert.True(attempt.GetProperty("pausedSeconds").GetDouble() > 0);

        async Task<PlannerChild> JoinAsync(string node)
        {
            var token = (await SendAsync(HttpMethod.Post, "/v1/enrolments", $$"""{ "node": "{{node}}" }""")).GetProperty("joinToken").GetString()!;
            var agent = PlannerChild.Start(folder.Path, ["agent", "--service", $"https://127.0.0.1:{agentsPort}", "--join", token, "--peers", $"127.0.0.1:{FreePort()}", "--state", folder.File(node)]);
            await agent.UntilSaidAsync("works for", Cancellation);
            return agent;
        }

        async Task<JsonElement> SendAsync(HttpMethod method, string path, string json)
        {
            using var request = new HttpRequestMessage(method, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
            using var response = await http.SendAsync(request, Cancellation);
            var text = await response.Content.ReadAsStringAsync(Cancellation);
            Assert.True(response.IsSuccessStatusCode, text);
            return JsonDocument.Parse(text).RootElement;
        }

        async Task<JsonElement> GetAsync(string path) => JsonDocument.Parse(await http.GetStringAsync(path, Cancellation)).RootElement;
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        guard.CancelAfter(HangGuard);
        while (!await isSo())
        {
            await Task.Delay(100, guard.Token);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
