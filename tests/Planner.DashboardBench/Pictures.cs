using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;
using Planner.Tests;
using Planner.Tests.Service;
using Planner.Tests.Service.Dashboard;

namespace Planner.DashboardBench;

/// <summary>The pictures of docs/dashboard.md, in light and dark: a generated fleet on a bad day, and a migration of <c>planner demo --serve</c> while it runs.</summary>
internal static class Pictures
{
    private const int Machines = 240;
    private const int Width = 1200;
    private const int MostHeight = 1500;

    private static readonly string Folder = Path.Combine(Repository.Root, "docs/pictures/dashboard");

    public static async Task MakeAsync(IBrowser browser)
    {
        Directory.CreateDirectory(Folder);
        await using (var service = await ServiceHere.StartAsync())
        {
            var fleet = new GeneratedFleet(service.Store, TimeProvider.System.GetUtcNow());
            fleet.Register(Machines, 8);
            fleet.Remember(4000, Machines);
            fleet.GoWrong(Machines);
            foreach (var (name, route) in new[]
            {
                ("fleet", "fleet"), ("machine", "machines/vm-0000"), ("devices", "devices"), ("calibration", "calibration"), ("ledger", "ledger"),
            })
            {
                await TakeAsync(browser, service.Http.BaseAddress!, name, route);
            }

            await TakePlansAsync(browser, service);

            await TakeAsync(browser, service.Http.BaseAddress!, "phone", "fleet", 400);
        }

        await TakeDemoAsync(browser);
    }

    private static async Task TakePlansAsync(IBrowser browser, ServiceHere service)
    {
        var file = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/examples/evacuation-fleet.yaml"));
        var plan = (await service.CallAsync(HttpMethod.Post, "/v1/plans", file, "application/yaml")).Json.GetProperty("id").GetString();
        await service.PutAsync("/v1/nodes/spare", "{}");
        foreach (var host in new[] { "spare", "host-3" })
        {
            await service.PutAsync($"/v1/nodes/{host}/maintenance", """{ "state": "Draining" }""");
        }

        await TakeAsync(browser, service.Http.BaseAddress!, "plans", "plans");
        await TakeAsync(browser, service.Http.BaseAddress!, "plan", $"plans/{plan}");
    }

    private static async Task TakeDemoAsync(IBrowser browser)
    {
        using var demo = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "planner.dll"), "demo", "--serve", "http://127.0.0.1:0", "--output", "json"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var errors = demo.StandardError.ReadToEndAsync();
            var line = await demo.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException(await errors);
            var url = new Uri(JsonDocument.Parse(line).RootElement.GetProperty("urls")[0].GetString()!);
            using var http = new HttpClient { BaseAddress = url };
            using var guard = new CancellationTokenSource(TimeSpan.FromMinutes(5));
            var kept = await FirstAsync(http, guard.Token);
            while (JsonDocument.Parse(await http.GetStringAsync($"/v1/migrations/{kept}/decisions", guard.Token)).RootElement.GetArrayLength() < 4)
            {
                await Task.Delay(200, guard.Token);
            }

            await TakeAsync(browser, url, "migration-live", $"migrations/{kept}");
            while (JsonDocument.Parse(await http.GetStringAsync($"/v1/migrations/{kept}", guard.Token)).RootElement.GetProperty("state").GetString() != "done")
            {
                await Task.Delay(200, guard.Token);
            }

            await TakeAsync(browser, url, "migration", $"migrations/{kept}");
            await TakeAsync(browser, url, "attempt", $"attempts/{kept}");
        }
        finally
        {
            using var kill = Process.Start("kill", ["-TERM", demo.Id.ToString()]);
            await demo.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token);
        }
    }

    private static async Task<string> FirstAsync(HttpClient http, CancellationToken stop)
    {
        while (true)
        {
            var items = JsonDocument.Parse(await http.GetStringAsync("/v1/migrations", stop)).RootElement.GetProperty("items");
            if (items.GetArrayLength() > 0)
            {
                return items[0].GetProperty("id").GetString()!;
            }

            await Task.Delay(500, stop);
        }
    }

    private static async Task TakeAsync(IBrowser browser, Uri url, string name, string route, int width = Width)
    {
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await using var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme, TimezoneId = "Europe/Berlin" });
            var page = await context.NewPageAsync();
            await page.GotoAsync($"{url}#/{route}");
            await page.Locator(".dot.live").WaitForAsync();
            await page.Locator("main h2").First.WaitForAsync();
            await page.Locator("main").GetByText("Asking the service").WaitForAsync(new() { State = WaitForSelectorState.Hidden });
            var height = Math.Min(MostHeight, await page.EvaluateAsync<int>("document.documentElement.scrollHeight"));
            await page.SetViewportSizeAsync(width, height);
            await Task.Delay(700);
            var file = Path.Combine(Folder, $"{name}-{(scheme == ColorScheme.Light ? "light" : "dark")}.png");
            await page.ScreenshotAsync(new() { Path = file });
            Console.WriteLine($"{Path.GetRelativePath(Repository.Root, file)}: {new FileInfo(file).Length / 1024} KiB");
        }
    }
}
