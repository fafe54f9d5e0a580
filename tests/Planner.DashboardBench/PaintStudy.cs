using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;
using Planner.Tests.Service;
using Planner.Tests.Service.Dashboard;

namespace Planner.DashboardBench;

/// <summary>5,000 machines painted, from the first byte, beside a static table of the same rows in the same browser: at most 1.5 times as long.</summary>
internal static class PaintStudy
{
    private const int Machines = 5000;
    private const int Runs = 9;

    public static async Task RunAsync(IBrowser browser)
    {
        await using var service = await ServiceHere.StartAsync();
        var fleet = new GeneratedFleet(service.Store, TimeProvider.System.GetUtcNow());
        fleet.Register(Machines, 100);
        fleet.Remember(5000, Machines);
        var rows = (await service.GetAsync("/v1/fleet")).Expect(200).Json.GetProperty("machines");
        using var page = new StaticPage(Table(rows));
        var (own, plain) = (new List<double>(), new List<double>());
        for (var run = 0; run <= Runs; run++)
        {
            var plainMs = await MeasureAsync(browser, page.Url, "table-painted");
            var ownMs = await MeasureAsync(browser, $"{service.Http.BaseAddress}#/fleet", "fleet-painted");

            // The first of each warms up.
            if (run > 0)
            {
                plain.Add(plainMs);
                own.Add(ownMs);
            }
        }

        double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
        Console.WriteLine($"{Machines:N0} machines, {Runs} runs each in turn: dashboard {Median(own):0} ms ({own.Min():0} to {own.Max():0}), static table {Median(plain):0} ms ({plain.Min():0} to {plain.Max():0}), ratio {Median(own) / Median(plain):0.00}");
    }

    private static async Task<double> MeasureAsync(IBrowser browser, string url, string mark)
    {
        await using var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1400, Height = 900 } });
        var page = await context.NewPageAsync();
        await page.GotoAsync(url);
        await page.UntilAsync($"performance.getEntriesByName('{mark}').length > 0");
        return await page.EvaluateAsync<double>($"performance.getEntriesByName('{mark}')[0].startTime - performance.getEntriesByType('navigation')[0].responseStart");
    }

    private static string Table(JsonElement rows)
    {
        var text = new StringBuilder("<!doctype html><meta charset=utf-8><title>table</title><style>body{font:15px system-ui}table{border-collapse:collapse;width:100%}td,th{padding:6px;border-bottom:1px solid #ccc;text-align:left}</style><table><thead><tr><th>machine<th>state<th>host<th>class<th>budget left<th>why<th>last attempt</thead><tbody>");
        foreach (var row in rows.EnumerateArray())
        {
            string Of(string name) => WebUtility.HtmlEncode(row.GetProperty(name).ToString());
            text.Append($"<tr><td><a href='#{Of("name")}'>{Of("name")}</a><td>{Of("state")}<td>{Of("node")}<td>{Of("sla")}<td>{Of("leftShare")}<td>{Of("reason")}<td>{Of("lastEnded")}</tr>\n");
        }

        return text.Append("</tbody></table><script>requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('table-painted')))</script>").ToString();
    }
}
