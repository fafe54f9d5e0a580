using System.Text.Json;
using Microsoft.Playwright;
using Planner.Tests.Service;
using Planner.Tests.Service.Dashboard;

namespace Planner.DashboardBench;

/// <summary>10,000 changes a second: at least 0.9 of the frames of an empty page in the same run, no task over 100 ms, and a heap that an hour of changes does not make grow.</summary>
internal static class UpdateStudy
{
    private const int Machines = 5000;
    private const int PerSecond = 10_000;
    private const int FrameSeconds = 10;

    // An hour at 200 changes a second.
    private const int HourChanges = 720_000;
    private const int MinuteChanges = 12_000;

    // Longer than the page takes to ask again for what has changed.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(6);

    // In the place of the connection, so that the rate is the browser's and not that of two programs on two processors. What is told is what the service tells.
    private const string Source = """
        window.EventSource = class extends EventTarget {
          readyState = 1;
          constructor() {
            super();
            window.fed = 0;
            setTimeout(() => this.onopen?.(), 0);
            setInterval(() => this.dispatchEvent(new MessageEvent('heartbeat', { data: JSON.stringify({ number: 0 }) })), 2000);
            let carried = 0, last = performance.now();
            const phases = ['opening', 'preCopy', 'quiescing', 'stopCopy'];
            const texts = Array.from({ length: 5000 }, (_, i) => {
              const machine = `vm-${String(i).padStart(4, '0')}`;
              const data = { id: `op-${i}`, state: 'running', machine, sla: 'gold', sourceNode: 'host-1', destinationNode: 'host-2', phase: phases[i % 4], progress: (i % 100) / 100, limitSeconds: 0.3,
                latestDecision: { at: new Date().toISOString(), gate: 1, verdict: 'stay', boundSeconds: 0.2 + (i % 50) / 100, limitSeconds: 0.3, reason: 'Stay: the bound exceeds the limit.' }, statusDetail: `stay: change ${i}` };
              return JSON.stringify({ number: i + 1, kind: 'migration.decision', migration: data.id, machine, data });
            });
            setInterval(() => {
              const now = performance.now();
              carried += window.perSecond * (now - last) / 1000;
              last = now;
              for (; carried >= 1 && window.fed < window.most; carried--) {
                const i = window.fed++;
                this.dispatchEvent(new MessageEvent('migration.decision', { data: texts[i * 7 % 5000], lastEventId: String(i + 1) }));
              }
            }, 5);
          }
          close() {}
        };
        """;

    private const string Frames = """
        seconds => new Promise(done => {
          const tasks = [];
          const observer = new PerformanceObserver(list => tasks.push(...list.getEntries().map(e => e.duration)));
          observer.observe({ type: 'longtask' });
          let frames = 0;
          const end = performance.now() + seconds * 1000;
          const next = () => { frames++; performance.now() < end ? requestAnimationFrame(next) : (observer.disconnect(), done([frames, Math.max(0, ...tasks)])); };
          requestAnimationFrame(next);
        })
        """;

    public static async Task RunAsync(IBrowser browser)
    {
        await using var service = await ServiceHere.StartAsync();
        var fleet = new GeneratedFleet(service.Store, TimeProvider.System.GetUtcNow());
        fleet.Register(Machines, 100);
        fleet.Remember(5000, Machines);
        await using var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1400, Height = 900 } });
        var empty = await context.NewPageAsync();
        await empty.GotoAsync("about:blank");
        var before = await FramesAsync(empty);

        var page = await context.NewPageAsync();
        await page.AddInitScriptAsync($"window.perSecond = 0; window.most = {MinuteChanges};{Source}");
        await page.GotoAsync($"{service.Http.BaseAddress}#/fleet");
        await page.UntilAsync("performance.getEntriesByName('fleet-painted').length > 0");
        await page.EvaluateAsync($"window.perSecond = {PerSecond}");
        var minute = await RestingHeapAsync(context, page, MinuteChanges);
        await page.EvaluateAsync($"window.most = {HourChanges}");
        var fed = await page.EvaluateAsync<int>("window.fed");
        var (frames, longest) = await FramesAsync(page);
        var rate = (await page.EvaluateAsync<int>("window.fed") - fed) / (double)FrameSeconds;
        await empty.BringToFrontAsync();
        var after = await FramesAsync(empty);
        await page.BringToFrontAsync();
        Console.WriteLine($"{rate:N0} changes/s: {frames / (double)FrameSeconds:0.0} frames/s, an empty page {before.Frames / (double)FrameSeconds:0.0} before and {after.Frames / (double)FrameSeconds:0.0} after, ratio {frames * 2.0 / (before.Frames + after.Frames):0.00}; the longest task took {longest:0} ms");

        var hour = await RestingHeapAsync(context, page, HourChanges);
        Console.WriteLine($"the page says: {await page.Locator(".sum").InnerTextAsync()}");
        Console.WriteLine($"heap after {MinuteChanges:N0} changes (a minute at 200/s) {minute / 1e6:0.0} MB, after {HourChanges:N0} (an hour) {hour / 1e6:0.0} MB, ratio {hour / minute:0.00}");
    }

    private static async Task<(int Frames, double Longest)> FramesAsync(IPage page)
    {
        var found = await page.EvaluateAsync<JsonElement>(Frames, FrameSeconds);
        return ((int)found[0].GetDouble(), found[1].GetDouble());
    }

    // With nothing under way: what is being read or drawn at a moment is no growth.
    private static async Task<double> RestingHeapAsync(IBrowserContext context, IPage page, int changes)
    {
        await page.UntilAsync($"window.fed >= {changes}", TimeSpan.FromMinutes(5));
        await Task.Delay(Rest);
        var tools = await context.NewCDPSessionAsync(page);
        for (var i = 0; i < 2; i++)
        {
            await tools.SendAsync("HeapProfiler.collectGarbage");
        }

        return (await tools.SendAsync("Runtime.getHeapUsage"))!.Value.GetProperty("usedSize").GetDouble();
    }
}
