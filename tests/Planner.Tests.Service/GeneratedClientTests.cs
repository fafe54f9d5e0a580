using Planner.Tests.Cli;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>A client that is generated from the document of the interface does the whole walk.</summary>
public sealed class GeneratedClientTests
{
    private const string Walk = """
        using System.Linq;
        using System.Threading.Tasks;
        using System.Collections.Generic;
        using Generated;

        public static class Walk
        {
            public static async Task<string[]> RunAsync(PlannerClient client, string a, string b)
            {
                await client.PutNodesByNameAsync("h1", new NodeBody { Labels = new Dictionary<string, string> { ["link"] = "rack1" } });
                await client.PutNodesByNameAsync("h2", new NodeBody());
                await client.PutMachinesByNameAsync("vm1", new MachineBody { Node = "h1", Devices = [a], StartDestination = new StartDestination { ReadyAt = new Dictionary<string, string> { ["h1"] = a, ["h2"] = b } } });
                var page = await client.GetNodesAsync(limit: 1, after: null, label: "link=rack1");
                var forecast = await client.PostForecastsAsync(new ForecastBody { Machine = "vm1", Destination = "h2", Sla = "lenient" });

                var body = new MigrationBody { Machine = "vm1", Destination = "h2", Sla = "lenient" };
                var operation = await client.PostMigrationsAsync(idempotency_Key: "once", body: body);
                var again = await client.PostMigrationsAsync(idempotency_Key: "once", body: body);
                var phases = new HashSet<string>();
                while (operation.State != "done")
                {
                    await Task.Delay(50);
                    operation = await client.GetMigrationsByIdAsync(operation.Id);
                    phases.Add(operation.Phase);
                }

                var attempt = await client.GetAttemptsByIdAsync(operation.AttemptId);
                return [page.Items.Single().Name, forecast.Feasible, again.Id == operation.Id ? "once" : "twice", operation.Outcome, attempt.Machine, attempt.Decisions.First().Verdict, attempt.Decisions.First().Explained.Reason, (await client.GetMachinesByNameAsync("vm1")).Node];
            }
        }
        """;

    [Fact]
    public async Task It_registers_forecasts_migrates_watches_and_explains()
    {
        var stop = TestContext.Current.CancellationToken;
        using var devices = new DeviceProcesses();
        var (a, b) = (await devices.StartAsync("fast-nic", "a", 1, stop), await devices.StartAsync("fast-nic", "b", 2, stop));
        Assert.Equal(0, (await PlannerProcess.RunAsync(["measure", a, "--to", b, "--rounds", "4", "--store", devices.PathOf("planner.db")], stateHome: devices.StateHome, cancel: stop)).Status);
        using var service = await ServiceProcess.StartAsync(devices.StateHome);
        var walk = await GeneratedClient.CompileAsync(await service.Http.GetStringAsync("/openapi/v1.json", stop), Walk);

        await KilledUnderLoad.PutLenientAsync(service.Http);
        var client = Activator.CreateInstance(walk.GetParameters()[0].ParameterType, service.Http);
        var said = await (Task<string[]>)walk.Invoke(null, [client, a, b])!;

        Assert.Equal(["h1", "yes", "once", "completed", "vm1", "commit"], said[..6]);
        Assert.NotEmpty(said[6]);
        Assert.Equal("h2", said[7]);
        Assert.Equal(0, await service.StopAsync());
    }
}
