using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Planner.Measurements;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>Prometheus itself, with the rules that come along, beside the service.</summary>
public sealed class PrometheusTests
{
    private static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task It_scrapes_the_service_and_pages_for_the_class_that_burns_and_not_for_one_miss_in_twenty()
    {
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        guard.CancelAfter(HangGuard);
        await using var service = await ServiceHere.StartAsync();
        var now = TimeProvider.System.GetUtcNow();
        MigrationAttempt Attempt(string sla, int i, bool misses) =>
            Ledger.Attempt($"{sla}{i}", pausedSeconds: misses ? 3 : 0.1) with { SlaClass = sla, Limit = TimeSpan.FromSeconds(1), Started = now.AddSeconds(-40 - i), Ended = now.AddSeconds(-30 - i) };
        service.Store.Append(new MeasurementBatch { Attempts = [.. Enumerable.Range(0, 20).SelectMany(i => new[] { Attempt("gold", i, i < 10), Attempt("silver", i, i == 0) })] });

        using var folder = new TemporaryDirectory();
        using var prometheus = await StartAsync(folder, service.Http.BaseAddress!, guard.Token);
        var alerts = await UntilAsync(prometheus.Http, "/api/v1/alerts", a => Names(a).Contains("PlannerBudgetBurnsFast"), guard.Token);

        Assert.Equal(["gold"], alerts.EnumerateArray().Where(a => Text(a, "alertname") == "PlannerBudgetBurnsFast").Select(a => Text(a, "sla_class")));
        Assert.DoesNotContain(alerts.EnumerateArray(), a => Text(a, "sla_class") == "silver" && Text(a, "severity") == "page");
        var paused = await UntilAsync(prometheus.Http, "/api/v1/query?query=planner_promise_paused%7Bwindow%3D%221h%22%7D", r => r.GetArrayLength() >= 2, guard.Token);
        Assert.Equal("20", paused.EnumerateArray().First(r => r.GetProperty("metric").GetProperty("sla_class").GetString() == "silver").GetProperty("value")[1].GetString());
        var targets = JsonDocument.Parse(await prometheus.Http.GetStringAsync("/api/v1/targets", guard.Token)).RootElement.GetProperty("data").GetProperty("activeTargets");
        Assert.Equal("up", Assert.Single(targets.EnumerateArray()).GetProperty("health").GetString());
    }

    private static IEnumerable<string?> Names(JsonElement alerts) => alerts.EnumerateArray().Select(a => Text(a, "alertname"));

    private static string? Text(JsonElement alert, string label) => alert.GetProperty("labels").TryGetProperty(label, out var value) ? value.GetString() : null;

    // The list in an answer of Prometheus, once it is as it is to be.
    private static async Task<JsonElement> UntilAsync(HttpClient http, string path, Func<JsonElement, bool> isSo, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                var list = JsonDocument.Parse(await http.GetStringAsync(path, stop)).RootElement.GetProperty("data").EnumerateObject().Last().Value;
                if (isSo(list))
                {
                    return list;
                }
            }
            catch (HttpRequestException)
            {
                // It is starting.
            }

            await Task.Delay(200, stop);
        }
    }

    private static async Task<Running> StartAsync(TemporaryDirectory folder, Uri service, CancellationToken stop)
    {
        await File.WriteAllTextAsync(folder.File("prometheus.yml"), $$"""
            global: { scrape_interval: 1s, evaluation_interval: 1s }
            rule_files: ["{{Path.Combine(Repository.Root, "telemetry", "monitoring", "planner.rules.yaml")}}"]
            scrape_configs: [ { job_name: planner, static_configs: [ { targets: ["{{service.Authority}}"] } ] } ]
            """, stop);
        var port = FreePort();
        var process = Process.Start(new ProcessStartInfo(
            "prometheus",
            [$"--config.file={folder.File("prometheus.yml")}", $"--storage.tsdb.path={folder.File("data")}", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]))!;
        return new Running(process, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(10) });
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    private sealed class Running(Process process, HttpClient http) : IDisposable
    {
        public HttpClient Http => http;

        public void Dispose()
        {
            http.Dispose();
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
