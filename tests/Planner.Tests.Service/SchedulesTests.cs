using System.Text.Json;
using Planner.Documents;
using Planner.Measurements;
using Planner.Service;
using Planner.Storage;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>What the service does by the calendar.</summary>
public sealed class SchedulesTests
{
    [Theory]
    [InlineData("schedules: [ { name: a, do: report, cron: \"every day\", folder: /tmp } ]", "is not a Quartz cron expression")]
    [InlineData("schedules: [ { name: a, do: report, cron: \"0 0 2 * * ?\", folder: /tmp, timeZone: Mars } ]", "the time zone 'Mars'")]
    [InlineData("schedules: [ { name: a, do: everything, cron: \"0 0 2 * * ?\" } ]", "'do' is 'everything'")]
    [InlineData("schedules: [ { name: a, do: report, cron: \"0 0 2 * * ?\", folder: here } ]", "an absolute path")]
    [InlineData("schedules: [ { name: a, do: measure, cron: \"0 0 2 * * ?\" } ]", "name the devices")]
    [InlineData("schedules: [ { name: a, do: retrain, cron: \"0 0 2 * * ?\", inputs: [here] } ]", "absolute paths of workload files")]
    [InlineData("schedules: [ { name: a, do: rehearse, cron: \"0 0 2 * * ?\", devices: [x], to: [] } ]", "as many devices in 'to'")]
    [InlineData("schedules: [ { name: a, do: probe, cron: \"0 0 2 * * ?\", devices: [x], folder: /tmp } ]", "does not go with")]
    [InlineData("schedules: [ { name: a, do: retention, cron: \"0 0 2 * * ?\" }, { name: a, do: retention, cron: \"0 0 2 * * ?\" } ]", "twice")]
    [InlineData("destinationCommands: [ { name: a, run: [start] } ]", "the absolute path of a program")]
    [InlineData("destinationCommands: [ { name: a b, run: [/bin/true] } ]", "a name has")]
    [InlineData("destinationCommands: [ { name: a, run: [/bin/true], timeout: 1h } ]", "at most 10m")]
    public void What_is_no_configuration_is_refused_with_its_place(string spec, string sentence)
    {
        var refusal = Assert.Throws<DocumentException>(() => Read(spec));

        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
        Assert.StartsWith("service.yaml:", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_example_is_read_as_it_says()
    {
        var example = Path.Combine(Repository.Root, "docs", "examples", "service.yaml");
        var configuration = ServiceConfiguration.Read(File.ReadAllText(example), example);

        Assert.Equal(["start-qemu"], configuration.Commands.Select(c => c.Name));
        Assert.Equal([ScheduledTask.Retention, ScheduledTask.Measure, ScheduledTask.Rehearse, ScheduledTask.Report], configuration.Schedules.Select(s => s.Task));
        Assert.Equal(TimeSpan.FromDays(730), configuration.Schedules[0].KeepSamples);
    }

    [Fact]
    public void Without_a_word_only_the_retention_is_done()
    {
        Assert.Equal([ScheduledTask.Retention], ServiceConfiguration.Usual.Schedules.Select(s => s.Task));
        Assert.Equal([ScheduledTask.Retention, ScheduledTask.Probe], Read("schedules: [ { name: p, do: probe, cron: \"0 0 2 * * ?\", devices: [\"sim:fast-nic\"] } ]").Schedules.Select(s => s.Task));
        Assert.Equal(TimeSpan.FromDays(30), Assert.Single(Read("schedules: [ { name: r, do: retention, cron: \"0 0 2 * * ?\", keepRecords: 30d } ]").Schedules).KeepRecords);
    }

    [Fact]
    public async Task The_calendar_itself_has_things_done_and_each_run_leaves_a_row_and_a_change()
    {
        using var folder = new TemporaryDirectory();
        var configuration = Read($"schedules: [ {{ name: each-second, do: report, cron: \"* * * * * ?\", timeZone: Europe/Berlin, folder: {folder.Path} }} ]");
        await using var service = await ServiceHere.StartAsync(change: o => o with { Configuration = configuration });
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        guard.CancelAfter(TimeSpan.FromMinutes(1));
        while (service.Records.ReadEvents(0, null, 100).All(e => e.Kind != "schedule.ran"))
        {
            await service.Events.Next.WaitAsync(guard.Token);
        }

        var report = Directory.GetFiles(folder.Path, "each-second-*.json").Order().First();
        Assert.Equal(JsonValueKind.Array, JsonDocument.Parse(await File.ReadAllTextAsync(report, guard.Token)).RootElement.GetProperty("calibration").ValueKind);
        var row = service.Records.ReadAudit(100).First(a => a.Caller == "schedule each-second");
        Assert.Equal(("RUN", "/Report", 200), (row.Method, row.Path, row.Status));
    }

    [Fact]
    public async Task Idle_devices_are_probed_measured_and_rehearsed_and_those_that_carry_a_machine_are_not()
    {
        await using var service = await ServiceHere.StartAsync();
        var runner = new ScheduleRunner(service.Parts);
        async Task<AuditEntry> RunAsync(string spec)
        {
            var schedule = Read($"schedules: [ {spec} ]").Schedules[^1];
            await runner.RunAsync(schedule, service.Parts.Now, TestContext.Current.CancellationToken);
            return service.Records.ReadAudit(1)[0];
        }

        Assert.Contains("sim:fast-nic is a", (await RunAsync("{ name: p, do: probe, cron: \"0 0 2 * * ?\", devices: [\"sim:fast-nic\"] }")).Detail, StringComparison.Ordinal);
        Assert.Equal("ran: sim:fast-nic: 3 of 3 rounds", (await RunAsync("{ name: m, do: measure, cron: \"0 0 2 * * ?\", devices: [\"sim:fast-nic\"], rounds: 3 }")).Detail);
        Assert.Equal("ran: 2 switchovers", (await RunAsync("{ name: r, do: rehearse, cron: \"0 0 2 * * ?\", devices: [\"sim:fast-nic\"], to: [\"sim:fast-nic\"], rounds: 2 }")).Detail);
        Assert.NotEmpty((await service.GetAsync("/v1/arcs")).Json.EnumerateArray());
        Assert.Equal(2, service.Store.ReadAttempts(new AttemptFilter(null, null, 10)).Count(a => a.Kind == AttemptKind.Rehearsal));

        (await service.PutAsync("/v1/machines/vm1", """{ "devices": ["vfio-user:/run/none-a.sock"] }""")).Expect(200);
        var refused = await RunAsync("{ name: m, do: measure, cron: \"0 0 2 * * ?\", devices: [\"vfio-user:/run/none-a.sock\"] }");
        Assert.Equal((409, "failed: vfio-user:/run/none-a.sock carries vm1."), (refused.Status, refused.Detail));
        Assert.NotEqual(200, (await RunAsync("{ name: m, do: measure, cron: \"0 0 2 * * ?\", devices: [\"vfio-user:/run/none-b.sock\"] }")).Status);
        Assert.Contains(service.Records.ReadEvents(0, null, 100), e => e.Kind == "schedule.failed");
    }

    [Fact]
    public async Task The_learned_model_is_trained_anew_judged_and_kept()
    {
        await using var service = await ServiceHere.StartAsync();
        var inputs = Path.Combine(Repository.Root, "tests", "fixtures", "qemu-migrations");
        var schedule = Read($"schedules: [ {{ name: t, do: retrain, cron: \"0 0 2 * * ?\", inputs: [{inputs}] }} ]").Schedules[^1];
        await new ScheduleRunner(service.Parts).RunAsync(schedule, service.Parts.Now, TestContext.Current.CancellationToken);

        Assert.Equal(200, service.Records.ReadAudit(1)[0].Status);
        Assert.Single(service.Store.ReadModels("cold-start"));
    }

    [Fact]
    public async Task What_was_missed_is_told_and_not_made_up()
    {
        using var folder = new TemporaryDirectory();
        await using (var service = await ServiceHere.StartAsync(folder))
        {
            await new ScheduleRunner(service.Parts).RunAsync(Schedule.UsualRetention, service.Parts.Now - TimeSpan.FromHours(1), TestContext.Current.CancellationToken);
            Assert.StartsWith("missed: ", service.Records.ReadAudit(1)[0].Detail, StringComparison.Ordinal);
            Assert.DoesNotContain(service.Records.ReadEvents(0, null, 100), e => e.Kind == "schedule.ran");

            // It was done last two days ago, and then no service ran.
            service.Records.Change(change => change.Put(Kinds.Schedule, "retention", "{}", new Dictionary<string, string>(), service.Parts.Now - TimeSpan.FromDays(2)));
        }

        await using var again = await ServiceHere.StartAsync(folder);
        Assert.Contains(again.Records.ReadAudit(10), a => a.Caller == "schedule retention" && a.Detail == "missed: no service ran then");
    }

    [Fact]
    public async Task What_is_over_and_older_than_is_kept_is_dropped_and_nothing_else()
    {
        await using var plans = await PlansService.StartAsync("vm1");
        await plans.RunAsync(PlansService.Fleet("vm1"));
        var open = (await plans.MakeAsync(PlansService.Fleet("vm1").Replace("\"host\":\"h1\"", "\"host\":\"h2\"", StringComparison.Ordinal).Replace("[\"h1\"]", "[\"h2\"]", StringComparison.Ordinal))).Expect(201).Json;
        var (service, now) = (plans.Service, plans.Service.Parts.Now);
        service.Records.Change(change => change.Put("notice", "n1", """{ "state": "started" }""", new Dictionary<string, string> { ["state"] = "started" }, now - TimeSpan.FromDays(3)));
        service.Records.Change(change => change.Put("notice", "n2", """{ "state": "pending" }""", new Dictionary<string, string> { ["state"] = "pending" }, now - TimeSpan.FromDays(3)));
        var arcs = service.Store.ReadArcs(service.Records.DeviceClasses()[0], 100).Count;

        var (records, samples) = service.Records.Change(change => (change.DropRecords(now - TimeSpan.FromDays(1)), change.DropSamples(now - TimeSpan.FromDays(1))));
        Assert.Equal((1, 0), (records, samples));
        Assert.Null(service.Records.Find("notice", "n1"));
        Assert.Empty(service.Records.List("notice", "", 10, "state", "started"));
        Assert.NotNull(service.Records.Find("notice", "n2"));
        Assert.Single((await service.GetAsync("/v1/migrations")).Json.GetProperty("items").EnumerateArray());

        (records, samples) = service.Records.Change(change => (change.DropRecords(now + TimeSpan.FromDays(1)), change.DropSamples(now + TimeSpan.FromDays(1))));
        Assert.True(arcs > 0 && samples >= arcs, $"{samples} of {arcs}");
        Assert.Equal(3, records);
        Assert.Empty((await service.GetAsync("/v1/migrations")).Json.GetProperty("items").EnumerateArray());
        (await service.GetAsync($"/v1/plans/{open.GetProperty("id").GetString()}")).Expect(404);
        Assert.Single((await service.GetAsync("/v1/attempts")).Json.GetProperty("items").EnumerateArray(), a => a.GetProperty("machine").GetString() == "vm1");
    }

    private static ServiceConfiguration Read(string spec) => ServiceConfiguration.Read($"apiVersion: planner/v1\nkind: Service\nspec:\n  {spec}\n", "service.yaml");
}
