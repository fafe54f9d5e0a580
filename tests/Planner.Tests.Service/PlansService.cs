using System.Text.Json;

namespace Planner.Tests.Service;

/// <summary>A service with two nodes and machines of one simulated device each, for which rehearsals were made.</summary>
internal sealed class PlansService : IAsyncDisposable
{
    public const string Yaml = """
        apiVersion: planner/v1
        kind: Fleet
        spec:
          hosts: [ { name: h1, memory: 64GiB }, { name: h2, memory: 64GiB } ]
          machines:
            - { name: vm1, host: h1, memory: 1GiB, sla: bronze }
          task: { drain: [h1] }
        """;

    /// <summary>Bronze, with a limit that holds on the busiest host.</summary>
    public const string PatientBronze = """
        { "apiVersion": "planner/v1", "kind": "SlaPolicy", "metadata": { "name": "bronze" },
          "spec": { "selector": { "tier": "bronze" }, "blackout": { "limit": "60s", "confidence": 0.9 }, "completeWithin": "10m", "whenEvidenceIsInsufficient": "accept" } }
        """;

    private static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(2);

    private PlansService(ServiceHere service) => Service = service;

    public ServiceHere Service { get; }

    /// <summary>Starts it with machines on h1 that can go to h2.</summary>
    public static async Task<PlansService> StartAsync(params string[] machines)
    {
        var here = new PlansService(await ServiceHere.StartAsync());
        await Evidence.RehearseAsync(here.Service.Store);
        (await here.Service.PutAsync("/v1/policies/bronze", PatientBronze)).Expect(200);
        foreach (var node in new[] { "h1", "h2" })
        {
            (await here.Service.PutAsync($"/v1/nodes/{node}", "{}")).Expect(200);
        }

        foreach (var machine in machines)
        {
            await here.RegisterAsync(machine, "h1");
        }

        return here;
    }

    /// <summary>The drain of h1, as JSON.</summary>
    public static string Fleet(params string[] machines) =>
        "{\"apiVersion\":\"planner/v1\",\"kind\":\"Fleet\",\"spec\":{\"hosts\":[{\"name\":\"h1\",\"memory\":\"64GiB\"},{\"name\":\"h2\",\"memory\":\"64GiB\"}],\"machines\":["
        + string.Join(',', machines.Select(m => $"{{\"sla\":\"bronze\",\"name\":\"{m}\",\"host\":\"h1\",\"memory\":\"1GiB\"}}")) + "],\"task\":{\"drain\":[\"h1\"]}}}";

    public Task RegisterAsync(string machine, string node) => Service.PutAsync(
        $"/v1/machines/{machine}",
        $$"""{ "labels": { "tier": "bronze" }, "node": "{{node}}", "devices": ["sim:fast-nic"], "startDestination": { "readyAt": { "h1": "sim:fast-nic", "h2": "sim:fast-nic" } } }""");

    public Task<ServiceHere.Answer> MakeAsync(string body, string query = "") => Service.PostAsync($"/v1/plans{query}", body);

    public Task<ServiceHere.Answer> ApplyAsync(JsonElement plan) => Service.CallAsync(
        HttpMethod.Post, $"/v1/plans/{plan.GetProperty("id").GetString()}/apply", "", ("If-Match", $"\"{plan.GetProperty("hash").GetString()}\""));

    /// <summary>Makes a plan, applies it and waits for its end.</summary>
    public async Task<JsonElement> RunAsync(string body)
    {
        var plan = (await MakeAsync(body)).Expect(201).Json;
        (await ApplyAsync(plan)).Expect(202);
        return await EndAsync(plan.GetProperty("id").GetString()!);
    }

    public Task<JsonElement> EndAsync(string plan) => UntilAsync(plan, p => p.GetProperty("state").GetString() is "done" or "cancelled");

    /// <summary>Waits until a plan is as it is to be.</summary>
    public async Task<JsonElement> UntilAsync(string plan, Func<JsonElement, bool> isSo)
    {
        using var guard = new CancellationTokenSource(HangGuard);
        while (true)
        {
            var next = Service.Events.Next;
            var now = (await Service.GetAsync($"/v1/plans/{plan}")).Expect(200).Json;
            if (isSo(now))
            {
                return now;
            }

            try
            {
                await next.WaitAsync(guard.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"The plan is still so: {now}; it was said: {string.Join(" ", Service.Said)}");
            }
        }
    }

    public async Task<JsonElement> MaintenanceAsync(string node) => (await Service.GetAsync($"/v1/nodes/{node}/maintenance")).Expect(200).Json;

    public async Task<string?> NodeOfAsync(string machine) => (await Service.GetAsync($"/v1/machines/{machine}")).Expect(200).Json.GetProperty("node").GetString();

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}
