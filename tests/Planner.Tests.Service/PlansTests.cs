using System.Text.Json;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>Plans for a fleet that the service makes and carries out.</summary>
public sealed class PlansTests
{
    [Fact]
    public async Task A_plan_is_made_of_JSON_or_YAML_and_moves_nothing_until_it_is_applied()
    {
        await using var service = await PlansService.StartAsync("vm1");
        var made = (await service.MakeAsync(PlansService.Fleet("vm1"))).Expect(201).Json;
        var yaml = (await service.Service.CallAsync(HttpMethod.Post, "/v1/plans", PlansService.Yaml, "application/yaml")).Expect(201).Json;

        Assert.Equal(("planned", "drain", true), (Text(made, "state"), Text(made, "kind"), made.GetProperty("feasible").GetBoolean()));
        Assert.Equal(Text(made, "hash"), Text(yaml, "hash"));
        var move = Assert.Single(made.GetProperty("moves").EnumerateArray());
        Assert.Equal(("vm1", "h1", "h2", "waiting"), (Text(move, "machine"), Text(move, "from"), Text(move, "to"), Text(move, "state")));
        Assert.Equal(made.ToString(), (await service.Service.GetAsync($"/v1/plans/{Text(made, "id")}")).Expect(200).Json.ToString());
        Assert.Equal(2, (await service.Service.GetAsync("/v1/plans")).Expect(200).Json.GetProperty("items").GetArrayLength());
        Assert.Empty((await service.Service.GetAsync("/v1/migrations")).Json.GetProperty("items").EnumerateArray());
        Assert.Equal("h1", await service.NodeOfAsync("vm1"));
    }

    [Fact]
    public async Task What_is_no_plan_is_refused_with_its_place()
    {
        await using var service = await PlansService.StartAsync("vm1");

        var wrong = (await service.MakeAsync(PlansService.Fleet("vm1").Replace("\"drain\":[\"h1\"]", "\"drain\":[\"h9\"]", StringComparison.Ordinal))).Expect(400);
        Assert.Contains("'h9' is not the name of a host of this fleet", wrong.Detail, StringComparison.Ordinal);
        Assert.True(wrong.Json.GetProperty("line").GetInt32() > 0);
        Assert.Contains("none, waves or steps", (await service.MakeAsync(PlansService.Fleet("vm1"), "?approval=some")).Expect(400).Detail, StringComparison.Ordinal);
        Assert.Contains("YAML", (await service.Service.CallAsync(HttpMethod.Post, "/v1/plans", "x", "text/plain")).Expect(415).Detail, StringComparison.Ordinal);
        Assert.Contains("There is no plan", (await service.Service.GetAsync("/v1/plans/none")).Expect(404).Detail, StringComparison.Ordinal);
        var assessed = (await service.MakeAsync(PlansService.Fleet("vm1").Replace("\"drain\":[\"h1\"]", "\"assess\":\"all\"", StringComparison.Ordinal))).Expect(201).Json;
        Assert.Contains("nothing to carry out", (await service.ApplyAsync(assessed)).Expect(409).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_request_under_one_key_makes_one_plan()
    {
        await using var service = await PlansService.StartAsync("vm1");
        var body = PlansService.Fleet("vm1");
        Task<ServiceHere.Answer> Ask(string text) => service.Service.CallAsync(HttpMethod.Post, "/v1/plans", text, ("Idempotency-Key", "k"));

        var first = (await Ask(body)).Expect(201).Json;
        Assert.Equal(Text(first, "id"), Text((await Ask(body)).Expect(201).Json, "id"));
        Assert.Contains("used for another request", (await Ask(body + " ")).Expect(422).Detail, StringComparison.Ordinal);
        Assert.Single((await service.Service.GetAsync("/v1/plans")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task A_plan_that_was_not_seen_or_is_stale_is_refused_with_the_difference_and_nothing_moves()
    {
        await using var service = await PlansService.StartAsync("vm1", "vm2");
        var plan = (await service.MakeAsync(PlansService.Fleet("vm1", "vm2"))).Expect(201).Json;
        var apply = $"/v1/plans/{Text(plan, "id")}/apply";

        Assert.Contains("If-Match", (await service.Service.PostAsync(apply, "")).Expect(428).Detail, StringComparison.Ordinal);
        var other = (await service.Service.CallAsync(HttpMethod.Post, apply, "", ("If-Match", "\"00\""))).Expect(409);
        Assert.Equal(("00", Text(plan, "hash")), (Text(other.Json.GetProperty("difference")[0], "planned"), Text(other.Json.GetProperty("difference")[0], "now")));

        // One was moved by hand, another came, and the class promises less.
        await service.RegisterAsync("vm1", "h2");
        await service.RegisterAsync("vm3", "h1");
        (await service.Service.PutAsync("/v1/policies/bronze", """{ "apiVersion": "planner/v1", "kind": "SlaPolicy", "metadata": { "name": "bronze" }, "spec": { "blackout": { "limit": "9s" } } }""")).Expect(200);
        var stale = (await service.ApplyAsync(plan)).Expect(409);
        Assert.Contains("stale", stale.Detail, StringComparison.Ordinal);
        var differences = stale.Json.GetProperty("difference").EnumerateArray().ToDictionary(d => Text(d, "what")!, d => (Text(d, "planned"), Text(d, "now")));
        Assert.Equal(("on h1", "on h2"), differences["machine vm1"]);
        Assert.Equal(("not known", "on h1"), differences["machine vm3"]);
        Assert.Contains("9s", differences["class bronze"].Item2, StringComparison.Ordinal);
        Assert.DoesNotContain("machine vm2", differences.Keys);
        Assert.Equal("planned", Text((await service.Service.GetAsync($"/v1/plans/{Text(plan, "id")}")).Json, "state"));
        Assert.Empty((await service.Service.GetAsync("/v1/migrations")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task An_applied_plan_moves_its_machines_as_migrations_and_closes_the_host()
    {
        await using var service = await PlansService.StartAsync("vm1", "vm2");
        var plan = await service.RunAsync(PlansService.Fleet("vm1", "vm2"));

        Assert.Equal("done", Text(plan, "state"));
        Assert.All(plan.GetProperty("moves").EnumerateArray(), m => Assert.Equal(("done", 1), (Text(m, "state"), m.GetProperty("tries").GetInt32())));
        Assert.Equal(("h2", "h2"), (await service.NodeOfAsync("vm1"), await service.NodeOfAsync("vm2")));
        var migrations = (await service.Service.GetAsync("/v1/migrations")).Json.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(2, migrations.Count);
        Assert.All(migrations, m => Assert.Equal(($"plan {Text(plan, "id")}", "completed"), (Text(m, "askedBy"), Text(m, "outcome"))));
        Assert.Equal(2, service.Service.Records.ReadAudit(100).Count(a => a.Caller == $"plan {Text(plan, "id")}"));
        var kinds = service.Service.Records.ReadEvents(0, null, 1000).Select(e => e.Kind).ToList();
        Assert.Superset(new HashSet<string> { "plan.made", "plan.applied", "plan.step.running", "plan.step.done", "plan.done", "maintenance.begun" }, kinds.ToHashSet());
        Assert.Contains("in maintenance", (await service.Service.PostAsync("/v1/migrations", """{ "machine": "vm1", "destination": "h1", "sla": "bronze" }""")).Expect(409).Detail, StringComparison.Ordinal);
        Assert.Contains("only one that was not applied", (await service.ApplyAsync(plan)).Expect(409).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wave_waits_for_its_approval_and_a_step_for_its_own()
    {
        await using var service = await PlansService.StartAsync("vm1", "vm2");
        var waves = (await service.MakeAsync(PlansService.Fleet("vm1", "vm2"), "?approval=steps")).Expect(201).Json;
        (await service.ApplyAsync(waves)).Expect(202);
        var id = Text(waves, "id")!;
        var waiting = await service.UntilAsync(id, p => Text(p, "statusDetail")?.Contains("approval", StringComparison.Ordinal) == true);
        Assert.Contains(waiting.GetProperty("moves").EnumerateArray(), m => Text(m, "state") == "awaitingApproval");
        Assert.Equal(JsonValueKind.Null, waiting.GetProperty("etaSeconds").ValueKind);
        Assert.Empty((await service.Service.GetAsync("/v1/migrations")).Json.GetProperty("items").EnumerateArray());
        Assert.Contains("no step 99", (await service.Service.PostAsync($"/v1/plans/{id}/approve", """{ "steps": [99] }""")).Expect(409).Detail, StringComparison.Ordinal);
        Assert.Contains("no host 'h2'", (await service.Service.PostAsync($"/v1/plans/{id}/approve", """{ "wave": "h2" }""")).Expect(409).Detail, StringComparison.Ordinal);

        (await service.Service.PostAsync($"/v1/plans/{id}/approve", """{ "steps": [1] }""")).Expect(200);
        var half = await service.UntilAsync(id, p => p.GetProperty("moves").EnumerateArray().Any(m => Text(m, "state") == "done") || p.GetProperty("moves")[0].GetProperty("state").GetString() == "awaitingApproval");
        Assert.NotEqual("done", Text(half.GetProperty("moves")[0], "state"));
        (await service.Service.PostAsync($"/v1/plans/{id}/approve", """{ "steps": [0] }""")).Expect(200);
        Assert.Equal("done", Text(await service.EndAsync(id), "state"));
        Assert.Contains("nothing of it can be approved", (await service.Service.PostAsync($"/v1/plans/{id}/approve", "")).Expect(409).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_begins_not_before_its_time()
    {
        await using var service = await PlansService.StartAsync("vm1");
        var at = DateTimeOffset.UtcNow.AddSeconds(3);
        var plan = (await service.MakeAsync(PlansService.Fleet("vm1"), $"?notBefore={Uri.EscapeDataString(at.ToString("O"))}")).Expect(201).Json;
        (await service.ApplyAsync(plan)).Expect(202);

        var waiting = await service.UntilAsync(Text(plan, "id")!, p => Text(p, "statusDetail") is not null);
        Assert.StartsWith("begins at", Text(waiting, "statusDetail"), StringComparison.Ordinal);
        Assert.Equal("done", Text(await service.EndAsync(Text(plan, "id")!), "state"));
        Assert.True(DateTimeOffset.Parse(Text((await service.Service.GetAsync("/v1/migrations")).Json.GetProperty("items")[0], "createTime")!, null) >= at);
    }

    [Fact]
    public async Task A_closed_maintenance_window_of_the_class_is_waited_for()
    {
        await using var service = await PlansService.StartAsync("vm1");
        var opens = DateTimeOffset.UtcNow.AddSeconds(20);
        (await service.Service.PutAsync("/v1/policies/bronze", PlansService.PatientBronze.Replace(
            "\"completeWithin\"",
            $$"""  "maintenanceWindows": [ { "cron": "{{opens.Second}} {{opens.Minute}} {{opens.Hour}} {{opens.Day}} {{opens.Month}} ?", "for": "1h" } ], "completeWithin" """,
            StringComparison.Ordinal))).Expect(200);
        var plan = (await service.MakeAsync(PlansService.Fleet("vm1"))).Expect(201).Json;
        (await service.ApplyAsync(plan)).Expect(202);

        var waiting = await service.UntilAsync(Text(plan, "id")!, p => Text(p, "statusDetail") is not null || Text(p, "state") == "done");
        Assert.Contains("no maintenance window of the class 'bronze' is open", Text(waiting, "statusDetail"), StringComparison.Ordinal);
        var end = await service.EndAsync(Text(plan, "id")!);
        Assert.Equal("done", Text(end.GetProperty("moves")[0], "state"));
        Assert.Single((await service.Service.GetAsync("/v1/migrations")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task A_paused_plan_begins_nothing_and_goes_on_where_it_was()
    {
        await using var service = await PlansService.StartAsync("vm1", "vm2");
        var plan = (await service.MakeAsync(PlansService.Fleet("vm1", "vm2"), "?approval=waves")).Expect(201).Json;
        var id = Text(plan, "id")!;
        Assert.Contains("it cannot be paused", (await service.Service.PostAsync($"/v1/plans/{id}/pause", "")).Expect(409).Detail, StringComparison.Ordinal);
        (await service.ApplyAsync(plan)).Expect(202);
        Assert.Equal("paused", Text((await service.Service.PostAsync($"/v1/plans/{id}/pause", "")).Expect(200).Json, "state"));
        (await service.Service.PostAsync($"/v1/plans/{id}/approve", """{ "wave": "h1" }""")).Expect(200);
        Assert.Equal("paused", Text(await service.UntilAsync(id, _ => true), "state"));
        Assert.Empty((await service.Service.GetAsync("/v1/migrations")).Json.GetProperty("items").EnumerateArray());

        var resumed = (await service.Service.PostAsync($"/v1/plans/{id}/resume", "")).Expect(200).Json;
        Assert.Equal(("running", 1), (Text(resumed, "state"), resumed.GetProperty("replans").GetInt32()));
        Assert.Equal("done", Text(await service.EndAsync(id), "state"));
        Assert.Equal(2, (await service.Service.GetAsync("/v1/migrations")).Json.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_cancelled_plan_leaves_what_waits_where_it_is()
    {
        await using var service = await PlansService.StartAsync("vm1", "vm2");
        var plan = (await service.MakeAsync(PlansService.Fleet("vm1", "vm2"), "?approval=waves")).Expect(201).Json;
        (await service.ApplyAsync(plan)).Expect(202);
        (await service.Service.PostAsync($"/v1/plans/{Text(plan, "id")}/cancel", "")).Expect(202);

        Assert.Equal("cancelled", Text(await service.EndAsync(Text(plan, "id")!), "state"));
        Assert.Equal(("h1", "h1"), (await service.NodeOfAsync("vm1"), await service.NodeOfAsync("vm2")));
        Assert.Contains("it cannot be cancelled", (await service.Service.PostAsync($"/v1/plans/{Text(plan, "id")}/cancel", "")).Expect(409).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_that_stays_is_told_with_its_reason_and_the_rest_goes_on()
    {
        await using var service = await PlansService.StartAsync("vm1", "vm2");

        // Twelve rehearsals are too few for what gold promises, which only the migration itself finds out.
        var plan = await service.RunAsync(PlansService.Fleet("vm1", "vm2").Replace("\"sla\":\"bronze\",\"name\":\"vm1\"", "\"sla\":\"gold\",\"name\":\"vm1\"", StringComparison.Ordinal));

        Assert.Equal("done", Text(plan, "state"));
        var states = plan.GetProperty("moves").EnumerateArray().ToDictionary(m => Text(m, "machine")!);
        Assert.Equal(("blocked", "done"), (Text(states["vm1"], "state"), Text(states["vm2"], "state")));
        Assert.NotEmpty(Text(states["vm1"], "reason")!);
        Assert.True(plan.GetProperty("replans").GetInt32() >= 1);
        Assert.Contains(plan.GetProperty("blocked").EnumerateArray(), b => Text(b, "machine") == "vm1");
        Assert.Equal(("h1", "h2"), (await service.NodeOfAsync("vm1"), await service.NodeOfAsync("vm2")));
        Assert.Equal("vm1", Text(Assert.Single((await service.MaintenanceAsync("h1")).GetProperty("blockers").EnumerateArray()), "machine"));
        Assert.Equal("Blocked", Text(await service.MaintenanceAsync("h1"), "state"));
    }

    [Fact]
    public async Task An_upgrade_empties_each_host_waits_for_its_reboot_and_opens_it_again()
    {
        await using var service = await PlansService.StartAsync("vm1");
        var plan = (await service.MakeAsync(PlansService.Fleet("vm1").Replace("\"drain\":[\"h1\"]", "\"upgrade\":\"all\",\"reboot\":\"5m\"", StringComparison.Ordinal))).Expect(201).Json;
        var id = Text(plan, "id")!;
        Assert.Equal(2, plan.GetProperty("reboots").GetArrayLength());
        (await service.ApplyAsync(plan)).Expect(202);
        var rebooted = new List<string>();
        while (rebooted.Count < 2)
        {
            var now = await service.UntilAsync(id, p => p.GetProperty("reboots").EnumerateArray().Any(r => Text(r, "state") == "awaitingReboot"));
            var step = now.GetProperty("reboots").EnumerateArray().First(r => Text(r, "state") == "awaitingReboot");
            var host = Text(step, "from")!;
            Assert.NotEqual(host, await service.NodeOfAsync("vm1"));
            Assert.Equal("SafeToReboot", Text(await service.MaintenanceAsync(host), "state"));
            (await service.Service.PostAsync($"/v1/plans/{id}/approve", $$"""{ "steps": [{{step.GetProperty("number").GetInt32()}}] }""")).Expect(200);
            Assert.Equal("Running", Text(await service.MaintenanceAsync(host), "state"));
            rebooted.Add(host);
        }

        Assert.Equal("done", Text(await service.EndAsync(id), "state"));
        Assert.Equal(["h1", "h2"], rebooted.Order());
    }

    [Fact]
    public async Task A_task_alone_is_planned_for_what_is_registered_or_says_what_is_missing()
    {
        await using var service = await PlansService.StartAsync("vm1");
        var plan = (await service.MakeAsync("""{ "task": { "drain": ["h1"] } }""")).Expect(201).Json;
        Assert.Equal(("vm1", "h2"), (Text(plan.GetProperty("moves")[0], "machine"), Text(plan.GetProperty("moves")[0], "to")));
        Assert.DoesNotContain("No move was ever measured", plan.GetProperty("assumptions").ToString(), StringComparison.Ordinal);

        (await service.Service.PutAsync("/v1/machines/vm2", """{ "node": "h1", "devices": ["sim:fast-nic"] }""")).Expect(200);
        Assert.Contains("does not say its memory", (await service.MakeAsync("""{ "task": { "drain": ["h1"] } }""")).Expect(422).Detail, StringComparison.Ordinal);
        (await service.Service.PutAsync("/v1/nodes/h1", """{ "memory": "64GiB" }""")).Expect(200);
        (await service.Service.PutAsync("/v1/nodes/h2", """{ "memory": "64GiB", "vcpus": 64 }""")).Expect(200);
        Assert.Equal(2, (await service.MakeAsync("""{ "task": { "drain": ["h1"] } }""")).Expect(201).Json.GetProperty("moves").GetArrayLength());
        Assert.Contains("'memory' is '64'", (await service.Service.PutAsync("/v1/nodes/h1", """{ "memory": "64" }""")).Expect(422).Detail, StringComparison.Ordinal);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
