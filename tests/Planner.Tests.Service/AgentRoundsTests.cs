using System.Globalization;
using System.Text.Json;
using Planner.Cli;
using Planner.Measurements;
using Planner.Tests.Cli;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>Rounds of a machine that goes to and fro between two hosts, in each of which somebody is killed or stands still at a moment that the seed draws. <c>tests/soak cluster</c> has many of them.</summary>
public sealed class AgentRoundsTests
{
    private const int UsualRounds = 8;
    private const int LongestDelay = 450;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    // Longer than a silent stream is kept.
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(20);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_is_killed_or_stands_still_nothing_is_lost_or_doubled_and_no_machine_is_left_stopped()
    {
        var rounds = Number("PLANNER_CLUSTER_ROUNDS", UsualRounds);
        var seed = Number("PLANNER_CLUSTER_SEED", (int)(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 86400));
        var random = new Random(seed);
        using var fleet = await AgentFleet.StartAsync(Stop);
        await fleet.RehearseAsync();
        await fleet.StartAgentAsync("h1", await fleet.InviteAsync("h1"));
        await fleet.StartAgentAsync("h2", await fleet.InviteAsync("h2"));
        var (node, migrations, told) = ("h1", new List<string>(), new List<string>());
        for (var round = 0; round < rounds; round++)
        {
            var (other, trouble, delay) = (node == "h1" ? "h2" : "h1", (Trouble)random.Next(rounds > UsualRounds ? (int)Trouble.SourceStandsStillForLong + 1 : (int)Trouble.SourceStandsStillForLong), random.Next(LongestDelay));
            var id = await fleet.MigrateAsync(other);
            migrations.Add(id);
            await Task.Delay(delay, Stop);
            await MakeAsync(fleet, trouble, node, other);
            var end = await fleet.EndAsync(id);

            var said = $"seed {seed}, round {round}: {trouble} after {delay} ms: {end.GetProperty("outcome").GetString()}: {end.GetProperty("reason").GetString()}";
            TestContext.Current.SendDiagnosticMessage(said);
            told.Add(said);
            node = Where(fleet, node, other, end, said);
        }

        // Each migration was begun once at the most: it has one attempt, or a recovery beside it.
        var attempts = (await KilledUnderLoad.GetAsync(fleet.Http, "/v1/attempts?machine=vm1&limit=1000")).GetProperty("items").EnumerateArray().ToList();
        foreach (var id in migrations)
        {
            Assert.InRange(attempts.Count(a => a.GetProperty("attemptId").GetString() == id), 0, 1);
            Assert.InRange(attempts.Count(a => a.GetProperty("recovers").GetString() == id), 0, 1);
        }

        Assert.Equal(attempts.Count, attempts.Select(a => a.GetProperty("attemptId").GetString()).Distinct().Count());
    }

    private static async Task MakeAsync(AgentFleet fleet, Trouble trouble, string source, string destination)
    {
        switch (trouble)
        {
            case Trouble.ServiceIsKilled:
                fleet.Service.Kill();
                await fleet.StartServiceAsync();
                break;
            case Trouble.SourceIsKilled or Trouble.DestinationIsKilled:
                var node = trouble == Trouble.SourceIsKilled ? source : destination;
                fleet.Agents[node].Kill();
                await fleet.Agents[node].WaitForExitAsync(Stop);
                await fleet.StartAgentAsync(node, null);
                break;
            case Trouble.SourceStandsStill or Trouble.DestinationStandsStill or Trouble.SourceStandsStillForLong:
                var still = fleet.Agents[trouble == Trouble.DestinationStandsStill ? destination : source];
                PlannerProcess.Signal(still, PlannerProcess.Stop);
                await Task.Delay(trouble == Trouble.SourceStandsStillForLong ? LongPause : Pause, Stop);
                PlannerProcess.Signal(still, PlannerProcess.Continue);
                break;
            case Trouble.ServiceAndSourceAreKilled:
                fleet.Service.Kill();
                fleet.Agents[source].Kill();
                await fleet.Agents[source].WaitForExitAsync(Stop);
                await fleet.StartServiceAsync();
                await fleet.StartAgentAsync(source, null);
                break;
        }
    }

    /// <summary>Where the machine is: the device there runs, and where it has left from its device rests.</summary>
    private static string Where(AgentFleet fleet, string source, string destination, JsonElement end, string said)
    {
        var (from, to) = (StateOf(fleet.Devices[source]), StateOf(fleet.Devices[destination]));
        switch (end.GetProperty("outcome").GetString())
        {
            case "completed" or "completedOverLimit":
                Assert.True(to == DeviceState.Running && from != DeviceState.Running, $"{said}; {from} and {to}");
                return destination;
            case "stayed" or "recovered":
                Assert.True(from == DeviceState.Running && to is DeviceState.Running or DeviceState.Stop, $"{said}; {from} and {to}");
                return source;
            default:
                // The exit status of a machine that a person has to look at; here nothing is broken that would need one.
                Assert.Fail($"{said}; {from} and {to}");
                return source;
        }
    }

    private static DeviceState StateOf(string address)
    {
        using var device = ProductDrivers.Register(TextWriter.Null).OpenDevice(address);
        return device.GetState();
    }

    private static int Number(string variable, int usual) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;

    private enum Trouble
    {
        None,
        ServiceIsKilled,
        SourceIsKilled,
        DestinationIsKilled,
        SourceStandsStill,
        DestinationStandsStill,
        ServiceAndSourceAreKilled,
        SourceStandsStillForLong,
    }
}
