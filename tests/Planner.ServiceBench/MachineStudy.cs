using System.Globalization;
using System.Text.Json;
using Planner.Storage;
using Planner.Tests.Processes;
using Planner.Tests.Service;
using Planner.Tests.Service.Dashboard;

namespace Planner.ServiceBench;

/// <summary>100,000 machines registered: a service that lists them all, and looks at the whole fleet, takes at most 1 GiB.</summary>
internal static class MachineStudy
{
    private const int Machines = 100_000;
    private const int Hosts = 2000;
    private const int Looks = 5;

    public static async Task RunAsync()
    {
        using var folder = new TemporaryDirectory();
        using (var store = SqliteMeasurementStore.Open(StoreAddress.Parse(folder.File("planner.db"))))
        {
            var fleet = new GeneratedFleet(store, TimeProvider.System.GetUtcNow());
            fleet.Register(Machines, Hosts);
            fleet.Remember(20_000, Machines);
        }

        using var service = await ServiceProcess.StartFromAsync(Installation.Folder, folder.Path);
        var atRest = Memory(service.Id, "VmRSS");
        var listed = 0;
        for (var after = ""; after is not null;)
        {
            using var page = JsonDocument.Parse(await service.Http.GetStringAsync($"/v1/machines?limit=1000&after={after}"));
            listed += page.RootElement.GetProperty("items").GetArrayLength();
            after = page.RootElement.GetProperty("next").GetString();
        }

        for (var look = 0; look < Looks; look++)
        {
            using var answer = await service.Http.GetAsync("/v1/fleet");
            answer.EnsureSuccessStatusCode();
        }

        Console.WriteLine($"{listed:N0} machines: {atRest:0} MiB when started, {Memory(service.Id, "VmHWM"):0} MiB at most while all were listed and the fleet was looked at {Looks} times");
    }

    private static double Memory(int process, string what) => double.Parse(
        File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith(what, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
}
