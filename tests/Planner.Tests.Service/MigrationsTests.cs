using System.Text.Json;
using Planner.Measurements;
using Planner.Service;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>Migrations that are asked for over HTTP.</summary>
public sealed class MigrationsTests
{
    private const string Nic = "sim:fast-nic";

    [Fact]
    public async Task A_migration_is_an_operation_that_ends_in_the_ledger_and_moves_its_machine()
    {
        await using var service = await ServiceHere.StartAsync();
        await Evidence.RehearseAsync(service.Store);
        await service.RegisterAsync("vm1", Nic, "sim:deadline-gpu".Replace("deadline-gpu", "fast-nic", StringComparison.Ordinal));

        var id = await service.MigrateAsync("vm1");
        var ended = await service.EndAsync(id);

        Assert.Equal(("done", "completed", 1.0, id), (Text(ended, "state"), Text(ended, "outcome"), ended.GetProperty("progress").GetDouble(), Text(ended, "attemptId")));
        Assert.Equal("h2", Text((await service.GetAsync("/v1/machines/vm1")).Json, "node"));
        var attempt = (await service.GetAsync($"/v1/attempts/{id}")).Expect(200).Json;
        Assert.Equal(("vm1", "local", "completed"), (Text(attempt, "machine"), Text(attempt, "askedBy"), Text(attempt, "outcome")));
        Assert.Equal("commit", Text(attempt.GetProperty("decisions").EnumerateArray().Last().GetProperty("explained"), "verdict"));
        Assert.Equal(1, (await service.GetAsync("/v1/calibration")).Json.EnumerateArray().Single(c => Text(c, "sla") == "bronze").GetProperty("paused").GetInt32());
    }

    [Fact]
    public async Task A_machine_that_stays_says_why_and_what_would_change_that()
    {
        await using var service = await ServiceHere.StartAsync();
        await service.RegisterAsync("vm1", Nic, Nic);

        var ended = await service.EndAsync(await service.MigrateAsync("vm1", "gold"));

        Assert.Equal("stayed", Text(ended, "outcome"));
        Assert.NotEmpty(Text(ended, "reason")!);
        Assert.Equal("h1", Text((await service.GetAsync("/v1/machines/vm1")).Json, "node"));
    }

    [Fact]
    public async Task A_closed_window_and_attempts_in_vain_are_told_with_the_cheapest_change_before_anything_is_touched()
    {
        await using var service = await ServiceHere.StartAsync();
        await service.RegisterAsync("vm1", Nic, Nic);
        (await service.PutAsync("/v1/policies/shut", """
            { "apiVersion": "planner/v1", "kind": "SlaPolicy", "metadata": { "name": "shut" },
              "spec": { "blackout": { "limit": "1s" }, "maintenanceWindows": [ { "cron": "0 0 2 1 1 ? 2020", "for": "1h" } ] } }
            """)).Expect(200);
        (await service.PutAsync("/v1/policies/once", """
            { "apiVersion": "planner/v1", "kind": "SlaPolicy", "metadata": { "name": "once" }, "spec": { "blackout": { "limit": "1s" }, "attempts": { "atMost": 1, "backOff": "1h" } } }
            """)).Expect(200);

        var shut = await service.EndAsync(await service.MigrateAsync("vm1", "shut"));
        Assert.Contains("no maintenance window", Text(shut, "reason"), StringComparison.Ordinal);
        Assert.Equal(("stayed", "give the class another maintenance window", null), (Text(shut, "outcome"), Text(shut, "cheapestChange"), Text(shut, "attemptId")));

        Assert.NotNull(Text(await service.EndAsync(await service.MigrateAsync("vm1", "once")), "attemptId"));
        var second = await service.EndAsync(await service.MigrateAsync("vm1", "once"));
        Assert.Contains("1 attempt in a row left vm1 where it is", Text(second, "reason"), StringComparison.Ordinal);
        Assert.Null(Text(second, "attemptId"));
    }

    [Fact]
    public async Task The_same_request_under_one_key_is_carried_out_once_and_another_one_is_refused()
    {
        await using var service = await ServiceHere.StartAsync();
        await service.RegisterAsync("vm1", Nic, Nic);
        const string Body = """{ "machine": "vm1", "destination": "h2", "sla": "gold", "shadow": true }""";

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => service.CallAsync(HttpMethod.Post, "/v1/migrations", Body, ("Idempotency-Key", "k"))));
        var id = Assert.Single(answers.Select(a => Text(a.Expect(202).Json, "id")).Distinct());
        await service.EndAsync(id!);
        Assert.Equal(id, Text((await service.CallAsync(HttpMethod.Post, "/v1/migrations", Body, ("Idempotency-Key", "k"))).Expect(202).Json, "id"));

        Assert.Contains("used for another request", (await service.CallAsync(
            HttpMethod.Post, "/v1/migrations", Body.Replace("true", "false", StringComparison.Ordinal), ("Idempotency-Key", "k"))).Expect(422).Detail, StringComparison.Ordinal);
        Assert.Single((await service.GetAsync("/v1/migrations?machine=vm1")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task A_machine_has_one_migration_at_a_time_and_a_waiting_one_can_be_cancelled()
    {
        await using var service = await ServiceHere.StartAsync(change: o => o with { MostPerNode = 1 });
        foreach (var machine in new[] { "vm1", "vm2" })
        {
            await service.RegisterAsync(machine, Nic, Nic);
        }

        // Without evidence a session waits for a long time under a class that gives it one.
        (await service.PutAsync("/v1/policies/patient", """{ "apiVersion": "planner/v1", "kind": "SlaPolicy", "metadata": { "name": "patient" }, "spec": { "blackout": { "limit": "1s" } } }""")).Expect(200);
        var first = await service.MigrateAsync("vm1", "patient");
        var second = await service.MigrateAsync("vm2", "patient");
        var again = await service.PostAsync("/v1/migrations", """{ "machine": "vm1", "destination": "h2", "sla": "patient" }""");

        // It may be over already; then the machine is free, and its next one is taken.
        Assert.True((int)again.Status is 409 or 202, again.Text);
        var cancelled = await service.PostAsync($"/v1/migrations/{second}/cancel", "");
        Assert.True((int)cancelled.Status is 202 or 409, cancelled.Text);
        Assert.Equal("done", Text(await service.EndAsync(first), "state"));
        Assert.Equal("done", Text(await service.EndAsync(second), "state"));
        Assert.Contains("is over", (await service.PostAsync($"/v1/migrations/{second}/cancel", "")).Expect(409).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Nodes_and_links_are_shared_by_so_many_and_no_more()
    {
        Admission.Use Of(string from, string to, string link) => new([from, to], [link]);
        Admission.Use[] running = [Of("h1", "h2", "rack1"), Of("h1", "h3", "rack1")];

        Assert.Null(Admission.FindWait(running, Of("h4", "h5", "rack2"), 2, 2));
        Assert.Equal("waits for the node h1: 2 migrations use it, and 2 may", Admission.FindWait(running, Of("h5", "h1", "rack2"), 2, 4));
        Assert.Equal("waits for the link rack1: 2 migrations use it, and 2 may", Admission.FindWait(running, Of("h4", "h5", "rack1"), 2, 2));
    }

    [Fact]
    public void The_range_of_time_left_narrows_and_widens_only_with_a_reason()
    {
        var eta = new MigrationEta(Enumerable.Range(1, 100).Select(i => (double)i), null);
        var before = eta.At(0)!;
        Assert.Equal((51, 96), (before.P50, before.P95));
        for (var elapsed = 1.0; elapsed < 300; elapsed += 0.5)
        {
            var cause = eta.Cause;
            var now = eta.At(elapsed)!;
            Assert.True(0 <= now.P50 && now.P50 <= now.P95);
            Assert.True(now.P95 <= before.P95 || eta.Cause is not null && (cause is null || now.P95 > before.P95), $"at {elapsed}");
            before = now;
        }

        Assert.Contains("longer than 19 of 20 of the 100", eta.Cause, StringComparison.Ordinal);
        Assert.Equal(new EtaSeconds(50, 100), new MigrationEta([], 100).At(0));
        Assert.Null(new MigrationEta([1, 2], null).At(0));
    }

    [Fact]
    public void Progress_never_goes_back_and_the_way_back_is_told_by_the_phase()
    {
        var at = new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
        var kept = new List<Operation>();
        using var live = new LiveMigration(
            new Operation { Id = "m", State = Operation.Queued, Machine = "vm1", Source = "a", Destination = "b", Sla = "gold", CreateTime = at, Phase = Operation.Queued },
            new Admission.Use([], []), new MigrationEta([], null), at, (operation, _) => kept.Add(operation));
        foreach (var phase in new[] { SessionPhase.Preparing, SessionPhase.PreCopy, SessionPhase.Quiescing, SessionPhase.GoingBack, SessionPhase.PreCopy, SessionPhase.Quiescing, SessionPhase.StopCopy, SessionPhase.Resuming })
        {
            live.On(new PhaseEntered(phase) { MigrationId = "m", At = at });
            Assert.Equal(phase is SessionPhase.StopCopy or SessionPhase.Resuming or SessionPhase.GoingBack, !live.CanBeCancelled);
        }

        Assert.Equal(kept.Select(o => o.Progress).Order(), kept.Select(o => o.Progress));
        live.Beat(at.AddSeconds(40));
        Assert.Equal(at.AddSeconds(40), live.Operation.HeartbeatTime);
        Assert.StartsWith("stuck, because nothing was heard for 40.0 s in the phase resuming", live.Operation.StatusDetail, StringComparison.Ordinal);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
