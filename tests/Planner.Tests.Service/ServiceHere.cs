using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Planner.Cli;
using Planner.Documents;
using Planner.Service;
using Planner.Sessions;
using Planner.Storage;
using Planner.Tests.Processes;

namespace Planner.Tests.Service;

/// <summary>The service in the test's own process, on a port of its own, with a store of its own.</summary>
internal sealed class ServiceHere : IAsyncDisposable
{
    private readonly TemporaryDirectory _folder;
    private readonly bool _ownsFolder;
    private readonly PlannerService _service;

    private ServiceHere(TemporaryDirectory folder, bool ownsFolder, SqlMeasurementStore store, PlannerService service, List<string> said)
    {
        (_folder, _ownsFolder, Store, _service, Said) = (folder, ownsFolder, store, service, said);
        Http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(service.Urls[0]), Timeout = TimeSpan.FromSeconds(60) };
    }

    public HttpClient Http { get; }

    public SqlMeasurementStore Store { get; }

    public ServiceStore Records => new(Store);

    public List<string> Said { get; }

    public ServiceParts Parts => _service.Parts;

    public string AgentsUrl => _service.AgentsUrl!;

    public EventFeed Events => Parts.Events;

    /// <summary>Starts it.</summary>
    /// <param name="folder">Where its store is; null for a folder that goes away with it.</param>
    /// <param name="change">Changes its options.</param>
    public static async Task<ServiceHere> StartAsync(TemporaryDirectory? folder = null, Func<ServiceOptions, ServiceOptions>? change = null)
    {
        var place = folder ?? new TemporaryDirectory();
        var store = SqlMeasurementStore.Open(StoreAddress.Parse(place.File("planner.db")));
        var said = new List<string>();
        var options = new ServiceOptions
        {
            Urls = ["http://127.0.0.1:0"],
            Store = store,
            Sessions = new SessionServices { Drivers = ProductDrivers.Register(TextWriter.Null), StateDirectory = place.File("state") },
            JournalPlaces = [place.File("state")],
            Policies = BuiltInPolicies.All,
            Train = inputs => ColdStartTraining.Run(inputs, store, 1, TimeProvider.System.GetUtcNow()),
            DeviceBlackoutOf = FleetDevices.OfBuiltIn,
            Say = said.Add,
        };
        try
        {
            return new ServiceHere(place, folder is null, store, await PlannerService.StartAsync(change?.Invoke(options) ?? options, CancellationToken.None), said);
        }
        catch
        {
            store.Dispose();
            if (folder is null)
            {
                place.Dispose();
            }

            throw;
        }
    }

    /// <summary>Makes a call with a body of JSON.</summary>
    public Task<Answer> CallAsync(HttpMethod method, string path, string? json = null, params (string Name, string Value)[] headers) => CallAsync(method, path, json, "application/json", headers);

    /// <summary>Makes a call with a body of some type.</summary>
    public async Task<Answer> CallAsync(HttpMethod method, string path, string? body, string type, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(response.StatusCode, text, response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.First() : null);
    }

    public Task<Answer> GetAsync(string path) => CallAsync(HttpMethod.Get, path);

    public Task<Answer> PutAsync(string path, string json) => CallAsync(HttpMethod.Put, path, json);

    public Task<Answer> PostAsync(string path, string json) => CallAsync(HttpMethod.Post, path, json);

    /// <summary>Registers two nodes and a machine with one device on the first.</summary>
    public async Task RegisterAsync(string machine, string source, string destination)
    {
        (await PutAsync("/v1/nodes/h1", """{ "labels": { "link": "rack1" } }""")).Expect(200);
        (await PutAsync("/v1/nodes/h2", """{ "labels": { "link": "rack1" } }""")).Expect(200);
        (await PutAsync($"/v1/machines/{machine}", $$$"""{ "node": "h1", "devices": ["{{{source}}}"], "startDestination": { "readyAt": { "h1": "{{{source}}}", "h2": "{{{destination}}}" } } }""")).Expect(200);
    }

    /// <summary>Asks for a migration.</summary>
    public async Task<string> MigrateAsync(string machine, string sla = "bronze", string destination = "h2")
    {
        var answer = (await PostAsync("/v1/migrations", $$"""{ "machine": "{{machine}}", "destination": "{{destination}}", "sla": "{{sla}}" }""")).Expect(202);
        return answer.Json.GetProperty("id").GetString()!;
    }

    /// <summary>Waits for the end of a migration, by its events.</summary>
    public async Task<JsonElement> EndAsync(string id)
    {
        using var guard = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await using var stream = await Http.GetStreamAsync($"/v1/migrations/{id}/events", guard.Token);
        using var reader = new StreamReader(stream);
        await reader.ReadToEndAsync(guard.Token);
        return (await GetAsync($"/v1/migrations/{id}")).Expect(200).Json;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _service.DisposeAsync();
        Store.Dispose();
        if (_ownsFolder)
        {
            _folder.Dispose();
        }
    }

    /// <summary>What was answered.</summary>
    internal sealed record Answer(HttpStatusCode Status, string Text, string? Cookie)
    {
        public JsonElement Json => JsonDocument.Parse(Text).RootElement;

        public string Detail => Json.GetProperty("detail").GetString()!;

        public Answer Expect(int status) => (int)Status == status ? this : throw new InvalidOperationException($"{status} was expected, and {(int)Status} came: {Text}");
    }
}
