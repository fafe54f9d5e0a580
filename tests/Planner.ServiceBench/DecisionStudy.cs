using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Planner.Tests;
using Planner.Tests.Processes;
using Planner.Tests.Service;

namespace Planner.ServiceBench;

/// <summary>Decisions over HTTP beside a bare endpoint that takes and gives as many bytes: at least half its rate, and at half of the service's rate a p99 of at most 3 times its own.</summary>
internal static partial class DecisionStudy
{
    private const int Rounds = 5;
    private const int Connections = 16;
    private const int Seconds = 4;
    private static readonly string[] Snapshots = ["little-evidence-snapshot.json", "commit-snapshot.json"];

    public static async Task RunAsync()
    {
        foreach (var name in Snapshots)
        {
            var file = Path.Combine(Repository.Root, "docs/examples", name);
            var snapshot = await File.ReadAllTextAsync(file);
            using var folder = new TemporaryDirectory();
            using var service = await ServiceProcess.StartFromAsync(Installation.Folder, folder.Path);
            using var bare = await BareEndpoint.StartAsync(await AnswerBytesAsync(service.Http, snapshot));
            var script = folder.File("post.lua");
            await File.WriteAllTextAsync(script, $"wrk.method = 'POST'\nwrk.headers['Content-Type'] = 'application/json'\nlocal file = io.open('{file}')\nwrk.body = file:read('*a')\nfile:close()\n");
            var urls = new[] { service.Http.BaseAddress!, bare.Url };

            // Code is compiled anew once it is seen to be hot.
            foreach (var url in urls)
            {
                await RateAsync(script, url);
            }

            var rates = new List<(double Service, double Bare)>();
            for (var round = 0; round < Rounds; round++)
            {
                rates.Add((await RateAsync(script, urls[0]), await RateAsync(script, urls[1])));
            }

            var rate = Median(rates.Select(r => r.Service));
            Console.WriteLine($"{name} ({snapshot.Length:N0} bytes): {rate:N0} decisions/s, the bare endpoint {Median(rates.Select(r => r.Bare)):N0}/s; ratio {Median(rates.Select(r => r.Service / r.Bare)):0.00} (median of {Rounds} in turn, {rates.Min(r => r.Service / r.Bare):0.00} to {rates.Max(r => r.Service / r.Bare):0.00})");

            var slow = new List<(double Service, double Bare)>();
            for (var round = 0; round < Rounds; round++)
            {
                slow.Add((await NinetyNinthAsync(urls[0], snapshot, rate / 2), await NinetyNinthAsync(urls[1], snapshot, rate / 2)));
            }

            Console.WriteLine($"  at {rate / 2:N0}/s: p99 {Median(slow.Select(s => s.Service)):0.00} ms, the bare endpoint {Median(slow.Select(s => s.Bare)):0.00} ms; ratio {Median(slow.Select(s => s.Service / s.Bare)):0.00} ({slow.Min(s => s.Service / s.Bare):0.00} to {slow.Max(s => s.Service / s.Bare):0.00})");
        }
    }

    private static async Task<int> AnswerBytesAsync(HttpClient http, string snapshot)
    {
        using var answer = await http.PostAsync("/v1/decisions", new StringContent(snapshot, Encoding.UTF8, "application/json"));
        return (await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync()).Length;
    }

    private static async Task<double> RateAsync(string script, Uri url)
    {
        using var wrk = Process.Start(new ProcessStartInfo("wrk", ["-t1", $"-c{Connections}", $"-d{Seconds}s", "-s", script, new Uri(url, "/v1/decisions").AbsoluteUri]) { RedirectStandardOutput = true })!;
        var said = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        return said.Contains("Non-2xx", StringComparison.Ordinal) || RequestsPerSecond().Match(said) is not { Success: true } found
            ? throw new InvalidOperationException(said)
            : double.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>The 99th percentile of the time of a call, in ms, with so many calls begun a second.</summary>
    private static async Task<double> NinetyNinthAsync(Uri url, string snapshot, double perSecond)
    {
        using var http = new HttpClient { BaseAddress = url };
        var began = Stopwatch.GetTimestamp();
        var took = await Task.WhenAll(Enumerable.Range(0, Connections).Select(worker => Task.Run(async () =>
        {
            var times = new List<double>();
            for (var due = worker / perSecond; due < Seconds; due += Connections / perSecond)
            {
                if (TimeSpan.FromSeconds(due) - Stopwatch.GetElapsedTime(began) is var early && early > TimeSpan.Zero)
                {
                    await Task.Delay(early);
                }

                var sent = Stopwatch.GetTimestamp();
                await AnswerBytesAsync(http, snapshot);
                times.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }

            return times;
        })));
        var all = took.SelectMany(t => t).Order().ToList();
        return all[(int)(all.Count * 0.99)];
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

    [GeneratedRegex(@"Requests/sec:\s+([0-9.]+)")]
    private static partial Regex RequestsPerSecond();
}
