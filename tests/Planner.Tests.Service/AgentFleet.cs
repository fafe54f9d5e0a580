using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Planner.Tests.Cli;

namespace Planner.Tests.Service;

/// <summary>A service and agents, each a process of its own, and devices behind sockets. The hosts are one, with a state directory and a port for each.</summary>
internal sealed class AgentFleet : IDisposable
{
    private readonly DeviceProcesses _devices = new();
    private readonly int _agentsPort = FreePort();
    private readonly Dictionary<string, int> _peerPorts = [];
    private readonly List<Process> _agents = [];
    private string? _store;

    public ServiceProcess Service { get; private set; } = null!;

    /// <summary>The running agents by their hosts.</summary>
    public Dictionary<string, Process> Agents { get; } = [];

    /// <summary>The machine's devices by their hosts.</summary>
    public Dictionary<string, string> Devices { get; } = [];

    public HttpClient Http => Service.Http;

    /// <summary>Other addresses that agents are told of.</summary>
    public List<string> OtherServices { get; } = [];

    public string AgentsUrl => $"https://127.0.0.1:{_agentsPort}";

    /// <summary>Starts a fleet with two hosts, a device on each, and a machine on the first.</summary>
    /// <param name="stop">Gives up.</param>
    /// <param name="store">The service's store; null for a file.</param>
    public static async Task<AgentFleet> StartAsync(CancellationToken stop, string? store = null)
    {
        var fleet = new AgentFleet { _store = store };
        var (a, b) = (await fleet._devices.StartAsync("fast-nic", "a", 1, stop), await fleet._devices.StartAsync("fast-nic", "b", 2, stop));
        (fleet.Devices["h1"], fleet.Devices["h2"]) = (a, b);
        await fleet.StartServiceAsync();
        await KilledUnderLoad.PutAsync(fleet.Http, "/v1/nodes/h1", "{}");
        await KilledUnderLoad.PutAsync(fleet.Http, "/v1/nodes/h2", "{}");
        await KilledUnderLoad.PutAsync(fleet.Http, "/v1/machines/vm1", $$$"""{ "node": "h1", "devices": ["{{{a}}}"], "startDestination": { "readyAt": { "h1": "{{{a}}}", "h2": "{{{b}}}" } } }""");
        await KilledUnderLoad.PutLenientAsync(fleet.Http);
        return fleet;
    }

    /// <summary>Starts the service, or the next one on its store.</summary>
    public async Task StartServiceAsync()
    {
        Service?.Dispose();
        Service = await ServiceProcess.StartAsync(_devices.StateHome, _store, "--agents", AgentsUrl);
    }

    /// <summary>Has another service wait on the same database, which agents that are started from now on are told of.</summary>
    /// <returns>It, once it acts.</returns>
    public Task<ServiceProcess> StandByAsync()
    {
        var url = $"https://127.0.0.1:{FreePort()}";
        OtherServices.Add(url);
        return ServiceProcess.StartAsync(Directory.CreateDirectory(_devices.PathOf("other")).FullName, _store, "--agents", url, "--authority", Path.Combine(_devices.StateHome, "state", "authority.pem"));
    }

    /// <summary>Goes on with another service.</summary>
    public void TurnTo(ServiceProcess service)
    {
        Service.Dispose();
        Service = service;
    }

    /// <summary>A token with which a host may join.</summary>
    public async Task<string> InviteAsync(string node)
    {
        using var answer = await KilledUnderLoad.SendAsync(Http, HttpMethod.Post, "/v1/enrolments", $$"""{ "node": "{{node}}" }""");
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("joinToken").GetString()!;
    }

    /// <summary>Starts an agent and waits until it is attached.</summary>
    /// <param name="node">Its host.</param>
    /// <param name="token">Its join token; null for one that has joined.</param>
    public async Task<Process> StartAgentAsync(string node, string? token)
    {
        var agent = Launch(node, token);
        _agents.Add(agent);
        Agents[node] = agent;
        if (await agent.StandardOutput.ReadLineAsync() is null)
        {
            throw new InvalidOperationException(await agent.StandardError.ReadToEndAsync());
        }

        await AttachedAsync(node);
        return agent;
    }

    /// <summary>Starts an agent.</summary>
    public Process Launch(string node, string? token, string? folder = null)
    {
        if (!_peerPorts.TryGetValue(node, out var port))
        {
            _peerPorts[node] = port = FreePort();
        }

        string[] join = token is null ? [] : ["--join", token];
        return PlannerProcess.Start(["agent", "--service", AgentsUrl, .. OtherServices.SelectMany(o => new[] { "--service", o }), "--peers", $"127.0.0.1:{port}", "--state", folder ?? _devices.PathOf($"at-{node}"), .. join]);
    }

    public Task<JsonElement> EnrolmentAsync(string node) => KilledUnderLoad.GetAsync(Http, $"/v1/enrolments/{node}");

    /// <summary>Registers another machine on the first host, with devices of its own.</summary>
    public async Task AddMachineAsync(string machine, CancellationToken stop)
    {
        var (a, b) = (await _devices.StartAsync("fast-nic", $"{machine}-a", 3, stop), await _devices.StartAsync("fast-nic", $"{machine}-b", 4, stop));
        await KilledUnderLoad.PutAsync(Http, $"/v1/machines/{machine}", $$$"""{ "node": "h1", "devices": ["{{{a}}}"], "startDestination": { "readyAt": { "h1": "{{{a}}}", "h2": "{{{b}}}" } } }""");
    }

    /// <summary>Asks for a migration.</summary>
    public async Task<string> MigrateAsync(string destination, string machine = "vm1")
    {
        using var answer = await KilledUnderLoad.SendAsync(Http, HttpMethod.Post, "/v1/migrations", $$"""{ "machine": "{{machine}}", "destination": "{{destination}}", "sla": "lenient" }""");
        var text = await answer.Content.ReadAsStringAsync();
        return answer.StatusCode == HttpStatusCode.Accepted ? JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()! : throw new InvalidOperationException(text);
    }

    /// <summary>Waits for the end of a migration.</summary>
    public async Task<JsonElement> EndAsync(string id)
    {
        await UntilAsync(async () => (await KilledUnderLoad.GetAsync(Http, $"/v1/migrations/{id}")).GetProperty("state").GetString() == "done");
        return await KilledUnderLoad.GetAsync(Http, $"/v1/migrations/{id}");
    }

    /// <summary>Rehearses switchovers into the service's store, so that a decision has something to go by.</summary>
    public async Task RehearseAsync()
    {
        using var store = Storage.SqlMeasurementStore.Open(Storage.StoreAddress.Parse(_store ?? Path.Combine(_devices.StateHome, "planner.db")));
        await Evidence.RehearseAsync(store);
    }

    /// <summary>Waits until agents are attached.</summary>
    public async Task AttachedAsync(params string[] nodes)
    {
        foreach (var node in nodes)
        {
            await UntilAsync(async () => (await EnrolmentAsync(node)).GetProperty("attachedSince").ValueKind == JsonValueKind.String);
        }
    }

    /// <summary>Copies the store of a service that is stopped.</summary>
    public string Backup()
    {
        var copy = _devices.PathOf("backup.db");
        File.Copy(_devices.PathOf("planner.db"), copy);
        return copy;
    }

    /// <summary>Puts a copy back.</summary>
    public void Restore(string copy)
    {
        foreach (var rest in new[] { "-wal", "-shm" })
        {
            File.Delete(_devices.PathOf("planner.db" + rest));
        }

        File.Copy(copy, _devices.PathOf("planner.db"), overwrite: true);
    }

    /// <summary>Waits until something is so.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var guard = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!await isSo())
        {
            await Task.Delay(50, guard.Token);
        }
    }

    public void Dispose()
    {
        foreach (var agent in _agents)
        {
            if (!agent.HasExited)
            {
                agent.Kill();
                agent.WaitForExit();
            }

            agent.Dispose();
        }

        Service?.Dispose();
        _devices.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
