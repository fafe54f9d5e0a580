using System.Diagnostics;
using Microsoft.Playwright;
using Planner.Tests.Service;
using Planner.Tests.Service.Dashboard;

namespace Planner.DashboardBench;

/// <summary>How soon a cut connection is shown: within 5 s; and how soon it goes on once it is mended.</summary>
internal static class CutStudy
{
    private const int Runs = 5;

    public static async Task RunAsync(IBrowser browser)
    {
        await using var service = await ServiceHere.StartAsync();
        await using var line = new CuttableLine(service.Http.BaseAddress!);
        await using var context = await browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync($"{line.Url}#/fleet");
        var (shown, mended) = (new List<double>(), new List<double>());
        for (var run = 0; run < Runs; run++)
        {
            await page.Locator(".dot.live").WaitForAsync();
            await Task.Delay(1000 + (run * 400));
            var clock = Stopwatch.StartNew();
            line.Cut();
            await page.Locator(".cut-off").WaitForAsync();
            shown.Add(clock.Elapsed.TotalSeconds);
            clock.Restart();
            line.Mend();
            await page.Locator(".cut-off").WaitForAsync(new() { State = WaitForSelectorState.Hidden });
            mended.Add(clock.Elapsed.TotalSeconds);
        }

        Console.WriteLine($"{Runs} cuts: shown after {shown.Min():0.0} to {shown.Max():0.0} s; live again {mended.Min():0.0} to {mended.Max():0.0} s after it was mended, without a reload");
    }
}
