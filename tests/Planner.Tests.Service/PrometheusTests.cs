using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Planner.Measurements;
using Planner.Storage;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>Prometheus itself, with the rules that come along, beside the service.</summary>
public sealed partial class PrometheusTests
{
    private static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task It_scrapes_the_service_and_pages_for_the_class_that_burns_and_not_for_one_miss_in_twenty()
    {
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        guard.CancelAfter(HangGuard);
        using var folder = new TemporaryDirectory();
        var now = TimeProvider.System.GetUtcNow();
        MigrationAttempt Attempt(string sla, int i, bool misses) =>
            Ledger.Attempt($"{sla}{i}", pausedSeconds: misses ? 3 : 0.1) with { SlaClass = sla, Limit = TimeSpan.FromSeconds(1), Started = now.AddSeconds(-2), Ended = now.AddSeconds(-1) };
        using (var store = SqliteMeasurementStore.Open(new SqliteAddress(folder.File("planner.db"), IsDefault: false), TimeSpan.FromMinutes(1)))
        {
            store.Append(new MeasurementBatch { Attempts = [.. Enumerable.Range(0, 20).SelectMany(i => new[] { Attempt("gold", i, i < 10), Attempt("silver", i, i == 0) })] });
        }

        // In a process of its own: the meters of services that share one are the same.
        using var service = await ServiceProcess.StartAsync(folder.Path);
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
            catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                // It is starting.
            }

            await Task.Delay(200, stop);
        }
    }

    // It chooses a free port itself and says which. A busy host may take seconds over an answer, which is no reason to call the service down.
    private static async Task<Running> StartAsync(TemporaryDirectory folder, Uri service, CancellationToken stop)
    {
        await File.WriteAllTextAsync(folder.File("prometheus.yml"), $$"""
            global: { scrape_interval: 10s, scrape_timeout: 10s, evaluation_interval: 1s }
            rule_files: ["{{Path.Combine(Repository.Root, "telemetry", "monitoring", "planner.rules.yaml")}}"]
            scrape_configs: [ { job_name: planner, static_configs: [ { targets: ["{{service.Authority}}"] } ] } ]
            """, stop);
        var process = Process.Start(new ProcessStartInfo(
            "prometheus",
            [$"--config.file={folder.File("prometheus.yml")}", $"--storage.tsdb.path={folder.File("data")}", "--web.listen-address=127.0.0.1:0"]) { RedirectStandardError = true })!;
        var said = new StringBuilder();
        while (await process.StandardError.ReadLineAsync(stop) is { } line)
        {
            said.AppendLine(line);
            if (Listening().Match(line) is { Success: true } address)
            {
                _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                return new Running(process, new HttpClient { BaseAddress = new Uri($"http://{address.Groups[1].Value}") });
            }
        }

        throw new InvalidOperationException($"Prometheus has ended: {said}");
    }

    [GeneratedRegex(@"""Listening on"" address=(\S+)")]
    private static partial Regex Listening();

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
