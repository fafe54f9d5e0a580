using Planner.Agent;
using Planner.Cli;
using Planner.Measurements;
using Planner.Sessions;
using Planner.Storage;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>What the service keeps of agents, and an agent in the test's own process whose certificate lasts for seconds.</summary>
public sealed class AgentBookTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_entry_that_comes_twice_is_kept_once_and_one_of_another_epoch_is_another()
    {
        await using var service = await ServiceHere.StartAsync();
        var book = service.Parts.AgentBook;
        void Keep(string epoch, long number) => book.Keep("h1", epoch, number, change => change.Keep(Batch()));

        Keep("a", 1);
        Keep("a", 1);
        Keep("a", 3);
        Keep("a", 2);
        Keep("b", 1);

        Assert.Equal(3, service.Store.ReadArcs("nic", 100).Count);
        Assert.Equal((0, 1), (book.Kept("h1", "a"), book.Kept("h1", "b")));
    }

    [Fact]
    public async Task Without_an_authority_nobody_is_invited()
    {
        await using var service = await ServiceHere.StartAsync();

        Assert.Contains("start it with --agents", (await service.PostAsync("/v1/enrolments", """{ "node": "h1" }""")).Expect(409).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "node": "h1", "lasts": "8d" }""", "'lasts' is '8d'")]
    [InlineData("""{ "node": "a b" }""", "A name has")]
    [InlineData("""{ "nodes": "h1" }""", "nodes")]
    public async Task An_invitation_that_makes_no_sense_is_refused_in_a_sentence(string body, string words)
    {
        using var folder = new TemporaryDirectory();
        await using var service = await StartAsync(folder, TimeSpan.FromDays(1));
        var answer = await service.PostAsync("/v1/enrolments", body);

        Assert.InRange((int)answer.Status, 400, 422);
        Assert.Contains(words, answer.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_is_renewed_in_time_and_under_load_no_sample_is_lost_or_doubled()
    {
        const int Batches = 400;
        using var folder = new TemporaryDirectory();
        await using var service = await StartAsync(folder, TimeSpan.FromSeconds(6));
        using var store = SqlMeasurementStore.Open(StoreAddress.Parse(folder.File("agent.db")));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await using var agent = await StartAgentAsync(service, folder, store, () => new HostInventory(true, []));
        var work = agent.RunAsync(stop.Token);
        var first = (await service.GetAsync("/v1/enrolments/h1")).Json.GetProperty("certifiedUntil").GetDateTimeOffset();

        // For longer than two certificates last.
        var records = new AgentRecords(store, TimeProvider.System);
        for (var i = 0; i < Batches; i++)
        {
            records.Keep(Batch());
            await Task.Delay(30, Stop);
        }

        await AgentFleet.UntilAsync(async () => await Task.FromResult(records.Unsent(0).Count == 0 && service.Store.ReadArcs("nic", 2 * Batches).Count >= Batches));
        Assert.Equal(Batches, service.Store.ReadArcs("nic", 2 * Batches).Count);
        Assert.True((await service.GetAsync("/v1/enrolments/h1")).Json.GetProperty("certifiedUntil").GetDateTimeOffset() > first.AddSeconds(6));
        await stop.CancelAsync();
        await work;
    }

    [Fact]
    public async Task Whether_a_host_is_empty_is_what_its_agent_finds_there_and_unknown_while_it_is_away()
    {
        using var folder = new TemporaryDirectory();
        await using var service = await StartAsync(folder, TimeSpan.FromDays(1));
        using var store = SqlMeasurementStore.Open(StoreAddress.Parse(folder.File("agent.db")));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        IReadOnlyList<MachineOnHost> machines = [new MachineOnHost("stranger", null, 4711, false), new MachineOnHost("known", "qmp:/run/known.qmp", 4712, false)];
        await using var agent = await StartAgentAsync(service, folder, store, () => new HostInventory(true, machines));
        var work = agent.RunAsync(stop.Token);
        await AgentFleet.UntilAsync(async () => (await service.GetAsync("/v1/enrolments/h1")).Json.GetProperty("isEmpty").ValueKind == System.Text.Json.JsonValueKind.False);

        // What it found and can be reached is registered by itself.
        Assert.Equal("qmp:/run/known.qmp", (await service.GetAsync("/v1/machines/known")).Expect(200).Json.GetProperty("target").GetString());
        (await service.GetAsync("/v1/machines/stranger")).Expect(404);
        await service.PutAsync("/v1/nodes/h1/maintenance", """{ "state": "Draining" }""");
        var full = (await service.GetAsync("/v1/nodes/h1/maintenance")).Expect(200).Json;
        Assert.NotEqual("SafeToReboot", full.GetProperty("state").GetString());
        Assert.Contains("stranger", full.GetProperty("reason").GetString(), StringComparison.Ordinal);

        machines = [];
        (await service.CallAsync(HttpMethod.Delete, "/v1/machines/known")).Expect(204);
        await AgentFleet.UntilAsync(async () => (await service.GetAsync("/v1/nodes/h1/maintenance")).Json.GetProperty("state").GetString() == "SafeToReboot");

        await stop.CancelAsync();
        await work;
        await AgentFleet.UntilAsync(async () => (await service.GetAsync("/v1/nodes/h1/maintenance")).Json.GetProperty("state").GetString() != "SafeToReboot");
    }

    private static async Task<PlannerAgent> StartAgentAsync(ServiceHere service, TemporaryDirectory folder, SqlMeasurementStore store, Func<HostInventory> find)
    {
        var token = (await service.PostAsync("/v1/enrolments", """{ "node": "h1" }""")).Expect(201).Json.GetProperty("joinToken").GetString();
        return await PlannerAgent.StartAsync(
            new AgentOptions
            {
                Services = [new Uri(service.AgentsUrl)],
                JoinToken = token,
                IdentityFolder = folder.File("agent"),
                Store = store,
                Sessions = new SessionServices { Drivers = ProductDrivers.Register(TextWriter.Null), StateDirectory = folder.File("state"), Store = store },
                JournalPlaces = [folder.File("state")],
                FindMachines = find,
                Say = _ => { },
            },
            Stop);
    }

    private static Task<ServiceHere> StartAsync(TemporaryDirectory folder, TimeSpan life) => ServiceHere.StartAsync(
        folder, options => options with { AgentsUrl = "https://127.0.0.1:0", AuthorityFile = folder.File("authority.pem"), CertificateLife = life });

    private static MeasurementBatch Batch() =>
        new() { Arcs = [new ArcSample("d", "nic", new Arc(DeviceState.RunningP2P, DeviceState.Stop), TimeSpan.FromMilliseconds(1), ArcOutcome.Completed, DateTimeOffset.UnixEpoch)] };
}
