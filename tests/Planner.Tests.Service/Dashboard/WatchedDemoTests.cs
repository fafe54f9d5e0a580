using System.Text.Json;
using Planner.Tests.Cli;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Service.Dashboard;

/// <summary><c>planner demo --serve</c> as a stranger watches it: the three stories to their end, and what the pages say of them.</summary>
[Collection("browser")]
public sealed class WatchedDemoTests(SharedBrowser browser)
{
    private static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task The_three_stories_end_as_they_are_told_and_the_first_page_says_what_is_wrong_and_what_to_do()
    {
        using var folder = new TemporaryDirectory();
        using var demo = PlannerProcess.Start(["demo", "--serve", "http://127.0.0.1:0", "--output", "json"], folder.Path);
        try
        {
            var errors = demo.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var line = await demo.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException(await errors);
            var url = new Uri(JsonDocument.Parse(line).RootElement.GetProperty("urls")[0].GetString()!);
            await using var visitor = await Visitor.ArriveAsync(browser, url);
            visitor.Context.SetDefaultTimeout((float)HangGuard.TotalMilliseconds);
            var page = await visitor.OpenAsync();

            // Live, without a reload: it moves, and is named when it has stayed or was refused.
            await page.GetByRole(Microsoft.Playwright.AriaRole.Group, new() { Name = "Moving now" }).GetByText("vm-kept").WaitForAsync();
            await Visitor.SeeAsync(page, ".findings li", "vm-refused");
            var refused = await page.Locator(".findings li").Filter(new() { HasText = "vm-refused" }).First.InnerTextAsync();
            Assert.Contains("What to do: ", refused, StringComparison.Ordinal);
            await Visitor.SeeAsync(page, ".findings li", "vm-deadline");
            await Visitor.CanBeUsedByAllAsync(page, "fleet");

            using var http = new HttpClient { BaseAddress = url };
            var stories = JsonDocument.Parse(await http.GetStringAsync("/v1/migrations", TestContext.Current.CancellationToken)).RootElement.GetProperty("items").EnumerateArray()
                .DistinctBy(m => m.GetProperty("machine").GetString()).ToDictionary(m => m.GetProperty("machine").GetString()!, m => m.GetProperty("outcome").GetString());
            Assert.Equal("completed", stories["vm-kept"]);
            Assert.Equal("stayed", stories["vm-refused"]);
            Assert.Equal("stayed", stories["vm-deadline"]);
        }
        finally
        {
            PlannerProcess.Interrupt(demo);
            using var guard = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            await demo.WaitForExitAsync(guard.Token);
        }
    }
}
