using System.Diagnostics;
using Planner.Tests.Processes;
using Planner.Tests.Service;

namespace Planner.ServiceBench;

/// <summary>From the start of the process to the first answer: at most 3 times as long as a bare endpoint takes, in turn.</summary>
internal static class StartStudy
{
    private const int Rounds = 9;

    public static async Task RunAsync()
    {
        using var folder = new TemporaryDirectory();
        var (ours, bare) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            ours.Add(await TookAsync(async () => await ServiceProcess.StartFromAsync(Installation.Folder, folder.Path), s => s.Http.BaseAddress!));
            bare.Add(await TookAsync(async () => await BareEndpoint.StartAsync(1), b => b.Url));
        }

        ours.Sort();
        bare.Sort();
        Console.WriteLine($"{ours[Rounds / 2]:0} ms to the first answer ({ours[0]:0} to {ours[^1]:0}), a bare endpoint {bare[Rounds / 2]:0} ms ({bare[0]:0} to {bare[^1]:0}); ratio of medians of {Rounds} {ours[Rounds / 2] / bare[Rounds / 2]:0.00}");
    }

    private static async Task<double> TookAsync<T>(Func<Task<T>> start, Func<T, Uri> urlOf)
        where T : IDisposable
    {
        var began = Stopwatch.GetTimestamp();
        using var started = await start();
        using var http = new HttpClient { BaseAddress = urlOf(started) };
        await http.GetStringAsync("/health");
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }
}
