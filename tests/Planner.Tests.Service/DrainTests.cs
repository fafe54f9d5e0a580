using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Planner.Storage;
using Planner.Tests.Cli;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>A host is emptied by the service as its own process, with devices behind sockets, and whatever kills the service on the way.</summary>
public sealed class DrainTests
{
    private static readonly string[] Machines = ["vm1", "vm2", "vm3", "vm4"];
    private static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_host_is_emptied_by_a_service_that_is_killed_on_the_way_and_then_it_is_safe_to_reboot()
    {
        using var devices = new DeviceProcesses();
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        guard.CancelAfter(HangGuard);
        var ways = new Dictionary<string, (string Here, string There)>();
        foreach (var machine in Machines)
        {
            ways[machine] = (await devices.StartAsync("fast-nic", $"{machine}-a", 1, guard.Token), await devices.StartAsync("fast-nic", $"{machine}-b", 2, guard.Token));
        }

        string[] rehearse = ["measure", ways["vm1"].Here, "--to", ways["vm1"].There, "--rounds", "12", "--store", devices.PathOf("planner.db"), "--state", devices.PathOf("state")];
        var rehearsed = await PlannerProcess.RunAsync(rehearse, cancel: guard.Token);
        Assert.True(rehearsed.Status == 0, rehearsed.ToString());

        using (var service = await ServiceProcess.StartAsync(devices.StateHome))
        {
            await RegisterAsync(service.Http, ways, guard.Token);
            var begun = await SendAsync(service.Http, HttpMethod.Put, "/v1/nodes/h1/maintenance", """{ "state": "Draining" }""", guard.Token);
            Assert.Equal("Draining", Text(begun, "state"));
            Assert.NotNull(Text(begun, "plan"));

            // In the middle of the first move.
            await UntilAsync(service.Http, m => m.Any(s => Text(s, "state") == "running"), guard.Token);
            service.Kill();
        }

        using (var service = await ServiceProcess.StartAsync(devices.StateHome))
        {
            await UntilAsync(service.Http, m => m.Any(s => Text(s, "state") == "done") && m.Any(s => Text(s, "state") == "running"), guard.Token);
            Assert.NotEqual("SafeToReboot", Text(await GetAsync(service.Http, "/v1/nodes/h1/maintenance", guard.Token), "state"));
            service.Kill();
        }

        // And once more while it looks after what the one before has left.
        using (var service = await ServiceProcess.StartAsync(devices.StateHome))
        {
            service.Kill();
        }

        using var last = await ServiceProcess.StartAsync(devices.StateHome);
        await UntilAsync(last.Http, m => m.All(s => Text(s, "state") is "done" or "blocked"), guard.Token);
        var plan = (await GetAsync(last.Http, "/v1/plans", guard.Token)).GetProperty("items")[0];
        Assert.True(Text(plan, "state") == "done" && plan.GetProperty("blocked").GetArrayLength() == 0, plan.ToString());
        var safe = await GetAsync(last.Http, "/v1/nodes/h1/maintenance", guard.Token);
        Assert.True(Text(safe, "state") == "SafeToReboot", safe.ToString());
        foreach (var machine in Machines)
        {
            Assert.Equal("h2", Text(await GetAsync(last.Http, $"/v1/machines/{machine}", guard.Token), "node"));
        }

        Assert.Equal(0, await last.StopAsync());

        // Each has moved once, whatever had to be tried again.
        using var store = SqlMeasurementStore.Open(StoreAddress.Parse(devices.PathOf("planner.db")));
        foreach (var machine in Machines)
        {
            Assert.Single(new ServiceStore(store).ListOperations(machine, DateTimeOffset.MaxValue, 100), o => o.Body.Contains("\"outcome\":\"completed", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task While_hosts_are_emptied_with_failures_and_newcomers_none_with_a_machine_is_ever_called_safe()
    {
        await using var plans = await PlansService.StartAsync([.. Machines, "vm5", "vm6", "vm7", "vm8"]);
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        guard.CancelAfter(HangGuard);
        (await plans.Service.PutAsync("/v1/policies/strict", """{ "apiVersion": "planner/v1", "kind": "SlaPolicy", "metadata": { "name": "strict" }, "spec": { "selector": { "tier": "strict" }, "blackout": { "limit": "2ms" } } }""")).Expect(200);
        (await plans.Service.PutAsync("/v1/machines/vm8", """{ "labels": { "tier": "strict" }, "node": "h1", "devices": ["sim:fast-nic"], "startDestination": { "readyAt": { "h2": "sim:fast-nic" } } }""")).Expect(200);
        (await plans.Service.PutAsync("/v1/nodes/h1/maintenance", """{ "state": "Draining" }""")).Expect(200);
        var (safe, asked, isOver) = (0, 0, false);

        // vm8 stays; at the end it is taken away by hand, and once more somebody puts a machine there.
        async Task AskAsync()
        {
            while (!Volatile.Read(ref isOver))
            {
                var said = await plans.MaintenanceAsync("h1");
                Interlocked.Increment(ref asked);
                if (Text(said, "state") == "SafeToReboot")
                {
                    Interlocked.Increment(ref safe);

                    // Closed as it is, a host that was empty is empty; a machine that is put there by hand was put later.
                    var at = said.GetProperty("readTime").GetDateTimeOffset();
                    Assert.All(plans.Service.Records.List("machine", "", 100, "=node", "h1"), m => Assert.True(m.Changed >= at, $"{m.Name} is on h1 since {m.Changed:O}, and at {at:O} it was said to be empty"));
                }
            }
        }

        var askers = Enumerable.Range(0, 3).Select(_ => Task.Run(AskAsync)).ToArray();
        var blocked = await MaintenanceAsync(plans, "Blocked", guard.Token);
        Assert.Equal("vm8", Text(Assert.Single(blocked.GetProperty("blockers").EnumerateArray()), "machine"));
        Assert.Equal(0, Volatile.Read(ref safe));
        (await plans.Service.CallAsync(HttpMethod.Delete, "/v1/machines/vm8")).Expect(204);
        await MaintenanceAsync(plans, "SafeToReboot", guard.Token);
        while (Volatile.Read(ref safe) == 0)
        {
            await Task.Delay(5, guard.Token);
        }

        await plans.RegisterAsync("vm9", "h1");
        await MaintenanceAsync(plans, "Blocked", guard.Token);
        Volatile.Write(ref isOver, true);
        await Task.WhenAll(askers);

        Assert.True(asked > 10 && safe > 0, $"{safe} of {asked}");
        (await plans.Service.CallAsync(HttpMethod.Delete, "/v1/nodes/h1/maintenance")).Expect(204);
        Assert.Equal("Running", Text(await plans.MaintenanceAsync("h1"), "state"));
        Assert.Contains("not in maintenance", (await plans.Service.CallAsync(HttpMethod.Delete, "/v1/nodes/h1/maintenance")).Expect(404).Detail, StringComparison.Ordinal);
        Assert.Contains("Draining is expected", (await plans.Service.PutAsync("/v1/nodes/h1/maintenance", """{ "state": "Off" }""")).Expect(422).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_no_plan_can_empty_is_closed_and_says_why()
    {
        await using var plans = await PlansService.StartAsync();
        (await plans.Service.PutAsync("/v1/machines/vm1", """{ "node": "h1", "devices": ["sim:fast-nic"] }""")).Expect(200);
        var answer = (await plans.Service.PutAsync("/v1/nodes/h1/maintenance", """{ "state": "Draining" }""")).Expect(200).Json;

        Assert.Equal("Blocked", Text(answer, "state"));
        Assert.Contains("does not say its memory", Text(Assert.Single(answer.GetProperty("blockers").EnumerateArray()), "reason"), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> MaintenanceAsync(PlansService plans, string state, CancellationToken stop)
    {
        while (true)
        {
            var next = plans.Service.Events.Next;
            var said = await plans.MaintenanceAsync("h1");
            if (Text(said, "state") == state)
            {
                return said;
            }

            await next.WaitAsync(stop);
        }
    }

    private static async Task RegisterAsync(HttpClient http, Dictionary<string, (string Here, string There)> ways, CancellationToken stop)
    {
        await SendAsync(http, HttpMethod.Put, "/v1/policies/bronze", PlansService.PatientBronze, stop);
        foreach (var node in new[] { "h1", "h2" })
        {
            await SendAsync(http, HttpMethod.Put, $"/v1/nodes/{node}", "{}", stop);
        }

        foreach (var (machine, (here, there)) in ways)
        {
            await SendAsync(http, HttpMethod.Put, $"/v1/machines/{machine}", $$$"""{ "labels": { "tier": "bronze" }, "node": "h1", "devices": ["{{{here}}}"], "startDestination": { "readyAt": { "h1": "{{{here}}}", "h2": "{{{there}}}" } } }""", stop);
        }
    }

    // The moves of the only plan, from its latest state, until they are as they are to be.
    private static async Task UntilAsync(HttpClient http, Func<IReadOnlyList<JsonElement>, bool> isSo, CancellationToken stop)
    {
        var id = Text((await GetAsync(http, "/v1/plans", stop)).GetProperty("items")[0], "id");
        while (true)
        {
            var plan = await GetAsync(http, $"/v1/plans/{id}", CancellationToken.None);
            if (isSo([.. plan.GetProperty("moves").EnumerateArray()]))
            {
                return;
            }

            if (stop.IsCancellationRequested)
            {
                throw new TimeoutException($"The plan is still so: {plan}; its migrations: {await GetAsync(http, "/v1/migrations", CancellationToken.None)}");
            }

            await Task.Delay(5, CancellationToken.None);
        }
    }

    private static async Task<JsonElement> GetAsync(HttpClient http, string path, CancellationToken stop) => JsonDocument.Parse(await http.GetStringAsync(path, stop)).RootElement;

    private static async Task<JsonElement> SendAsync(HttpClient http, HttpMethod method, string path, string json, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        using var answer = await http.SendAsync(request, stop);
        var text = await answer.Content.ReadAsStringAsync(stop);
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement : throw new InvalidOperationException(text);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
