using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Planner.Documents;
using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Planner.Service;
using Planner.Sessions;
using Planner.Simulation;
using Planner.Storage;

namespace Planner.Cli;

/// <summary>
/// The three stories of the demonstration in the browser: a service with a store of its own, and three machines on simulated devices behind real vfio-user sockets, asked
/// through the service's own interface. Devices are read slowly, so that a bound can be seen to fall. It goes on until it is stopped, and leaves nothing.
/// </summary>
internal sealed class WatchedDemo(DeviceProfile profile, ulong seed, SlaPolicy promise, string folder, Drivers drivers, Action<string> say) : IDisposable
{
    private const double ReadBytesPerSecond = 64 * 1024 * 1024;

    // Many reads long: of what comes in one read nobody can tell how fast the device is, and the bound for the watched one would be far too small.
    private const long RestBytes = 6 * 1024 * 1024;
    private const long RehearsedBytes = 512 * 1024;

    // So little that a rehearsal, which commits at its first gate, has sent a good part of an eighth of it before: with eight times as much it would be taken for another device.
    private const long WatchedBytes = 128 * 1024 * 1024;

    // No bound is given for more than was ever seen to be sent while the guest stood.
    private const long LargestRehearsedBytes = 144 * 1024 * 1024;
    private const int LargeRehearsals = 2;

    private static readonly TimeSpan BetweenStories = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(300);

    private readonly List<VfioUserServer> _servers = [];

    /// <summary>A machine of the demonstration.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Class">The class that its story is told under.</param>
    /// <param name="Rehearsed">Its device while it is rehearsed.</param>
    /// <param name="Watched">The same device with more to send, as it is watched.</param>
    private sealed record Told(string Name, string Class, DeviceProfile Rehearsed, DeviceProfile Watched)
    {
        public DeviceProfile Large => Holding(Rehearsed, LargestRehearsedBytes);

        public IReadOnlyList<string> Sockets(string folder) => DemoMachine.Sockets(folder, Name);
    }

    /// <summary>How the service of the demonstration is started.</summary>
    /// <param name="url">Where it listens.</param>
    /// <param name="store">Its store.</param>
    public ServiceOptions Options(string url, SqlMeasurementStore store) => new()
    {
        Urls = [url],
        Store = store,
        Sessions = new SessionServices { Store = store, Drivers = drivers, StateDirectory = Path.Combine(folder, "state"), QuietTime = QuietTime.Ask, AskedBy = "demo" },
        JournalPlaces = [Path.Combine(folder, "state")],
        Policies = BuiltInPolicies.All,
        Say = say,
    };

    /// <summary>Tells the stories again and again.</summary>
    /// <param name="url">Where the service listens.</param>
    /// <param name="store">Its store: what is rehearsed goes there.</param>
    /// <param name="stop">Ends it.</param>
    public async Task TellAsync(string url, SqlMeasurementStore store, CancellationToken stop)
    {
        using var http = new HttpClient { BaseAddress = new Uri(url) };
        foreach (var node in new[] { "host-a", "host-b" })
        {
            await PutAsync(http, $"/v1/nodes/{node}", new JsonObject { ["labels"] = new JsonObject { ["link"] = "rack1" } }, stop).ConfigureAwait(false);
        }

        IReadOnlyList<Told> machines = [Machine("kept", Quick(profile)), Machine("refused", Quick(profile)), Machine("deadline", Quick(DemoDevices.WithDeadline(profile)))];
        say($"Rehearsing {Rehearsals} switchovers of each machine; the page of devices shows them as they come.");
        await Task.WhenAll(machines.Select((machine, i) => Task.Run(() => PrepareAsync(http, machine, seed + (ulong)(i * 2), store, stop), stop))).ConfigureAwait(false);
        while (true)
        {
            foreach (var machine in machines)
            {
                say(StoryOf(machine.Class));
                await MoveAsync(http, machine.Name, stop).ConfigureAwait(false);
                await Task.Delay(BetweenStories, TimeProvider.System, stop).ConfigureAwait(false);
            }

            say("The stories begin again in half a minute; Ctrl-C ends them.");
            await Task.Delay(BetweenRounds, TimeProvider.System, stop).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _servers.ForEach(s => s.Dispose());

    private int Rehearsals => DemoDevices.Rehearsals(promise);

    private static string StoryOf(string story) => story switch
    {
        "kept" => "Story 1: vm-kept moves. Its bound falls as its state is sent ahead; once it fits the limit, the planner commits.",
        "refused" => "Story 2: vm-refused may stand still for less than its devices need. It stays RUNNING, and the page says what would let it move.",
        _ => "Story 3: the evidence of vm-deadline fits, but its device has become slow. It is given a deadline, and refuses by itself.",
    };

    private static Told Machine(string story, DeviceProfile quick) =>
        new($"vm-{story}", story, quick, Holding(story == "deadline" ? DemoDevices.SlowPastCommit(quick, after: 0) : quick, WatchedBytes));

    private static DeviceProfile Holding(DeviceProfile device, long initialBytes) => device with { StateBytes = initialBytes + RestBytes, PreCopy = device.PreCopy with { InitialBytes = initialBytes } };

    /// <summary>The same device with little to send, however slowly it is read: what a bound is made of is the same.</summary>
    private static DeviceProfile Quick(DeviceProfile device) => device with
    {
        StateBytes = RehearsedBytes + RestBytes,
        StateJitter = 0,
        ReadBytesPerSecond = ReadBytesPerSecond,
        PreCopy = device.Capabilities.Has(MigrationCapabilities.PreCopy) ? new PreCopyProfile(RehearsedBytes, DirtyBytesPerSecond: 256 * 1024, DirtyCapBytes: 128 * 1024, ReinitProbability: 0) : PreCopyProfile.Nothing,
    };

    private async Task PrepareAsync(HttpClient http, Told machine, ulong first, SqlMeasurementStore store, CancellationToken stop)
    {
        var addresses = machine.Sockets(folder).Select(VfioUserServer.AddressOf).ToList();
        await PutAsync(http, $"/v1/policies/{machine.Class}", ClassOf(machine, promise.BlackoutLimit), stop).ConfigureAwait(false);
        await PutAsync(http, $"/v1/machines/{machine.Name}", new JsonObject
        {
            ["labels"] = new JsonObject { ["story"] = machine.Class },
            ["node"] = "host-a",
            ["devices"] = new JsonArray(addresses[0]),
            ["startDestination"] = new JsonObject { ["readyAt"] = new JsonObject { ["host-a"] = addresses[0], ["host-b"] = addresses[1] } },
        }, stop).ConfigureAwait(false);
        await RehearseAsync(machine, machine.Large, LargeRehearsals, first, store, stop).ConfigureAwait(false);
        var foreseen = await RehearseAsync(machine, machine.Rehearsed, Rehearsals - LargeRehearsals, first, store, stop).ConfigureAwait(false);
        var (median, bound) = (foreseen.P50Seconds ?? 1, foreseen.BoundSeconds ?? foreseen.P50Seconds ?? 1);
        await PutAsync(http, $"/v1/policies/{machine.Class}", ClassOf(machine, machine.Class == "refused" ? RoundLimit.Below(median / 2) : RoundLimit.Above(bound)), stop).ConfigureAwait(false);
        lock (_servers)
        {
            _servers.AddRange(machine.Sockets(folder).Select((socket, i) => VfioUserServer.Start(machine.Watched, socket, options: new SimulatedDeviceOptions { Seed = (first * 2) + (ulong)i })));
        }
    }

    private JsonObject ClassOf(Told machine, TimeSpan limit) => new()
    {
        ["apiVersion"] = "planner/v1",
        ["kind"] = "SlaPolicy",
        ["metadata"] = new JsonObject { ["name"] = machine.Class },
        ["spec"] = new JsonObject
        {
            ["selector"] = new JsonObject { ["story"] = machine.Class },
            ["blackout"] = new JsonObject { ["limit"] = UnitText.Write(limit), ["confidence"] = promise.Confidence },
            ["switchover"] = new JsonObject { ["rule"] = "earliest", ["quiesceTries"] = machine.Class == "deadline" ? 1 : 3 },
            ["errorBudget"] = new JsonObject { ["blackout"] = "10m", ["per"] = "30d" },
        },
    };

    /// <summary>Gathers evidence on the sockets that the machine is watched on, since it is kept by place, and asks what it supports.</summary>
    private async Task<BlackoutEstimate> RehearseAsync(Told machine, DeviceProfile device, int switchovers, ulong first, SqlMeasurementStore store, CancellationToken stop)
    {
        using var opened = new DemoMachine(device, first, folder, machine.Name);
        var services = new SessionServices { Store = store, AskedBy = "demo" };
        var last = await new Rehearsal(machine.Name, opened.Pairs, services).RunAsync(switchovers, stop).ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        if (last.Outcome != MigrationOutcome.Completed)
        {
            throw new CliException(MigrationReport.ExitStatusOf(last), $"a rehearsal did not complete: {last.Reason}");
        }

        var request = new DeviceMigrationRequest { Machine = machine.Name, Devices = opened.Pairs, Policy = promise with { BlackoutLimit = TimeSpan.FromHours(1) }, Patience = 2, Mode = MigrationMode.Shadow };
        return (await MigrationSession.RunAsync(request, services, stop).ConfigureAwait(false)).Decision!.Blackout;
    }

    private static async Task MoveAsync(HttpClient http, string machine, CancellationToken stop)
    {
        var found = await http.GetFromJsonAsync<JsonObject>($"/v1/machines/{machine}", stop).ConfigureAwait(false);
        var body = new JsonObject { ["machine"] = machine, ["destination"] = (string?)found!["node"] == "host-a" ? "host-b" : "host-a" };
        using var answer = await http.PostAsync("/v1/migrations", JsonOf(body), stop).ConfigureAwait(false);
        var operation = await ReadAsync(answer, stop).ConfigureAwait(false);
        while ((string?)operation["state"] != "done")
        {
            await Task.Delay(LookEvery, TimeProvider.System, stop).ConfigureAwait(false);
            operation = (await http.GetFromJsonAsync<JsonObject>($"/v1/migrations/{(string?)operation["id"]}", stop).ConfigureAwait(false))!;
        }
    }

    private static async Task PutAsync(HttpClient http, string path, JsonObject body, CancellationToken stop)
    {
        using var answer = await http.PutAsync(path, JsonOf(body), stop).ConfigureAwait(false);
        await ReadAsync(answer, stop).ConfigureAwait(false);
    }

    private static StringContent JsonOf(JsonObject body) => new(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");

    private static async Task<JsonObject> ReadAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        var text = await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false);
        return answer.IsSuccessStatusCode ? JsonNode.Parse(text)!.AsObject() : throw new CliException(ExitStatus.OtherFailure, $"the service refused a part of the demonstration: {text}");
    }
}
