using Microsoft.Playwright;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Service.Dashboard;

/// <summary>Whatever names, lengths and numbers come from outside, a page shows them as they are and stays usable.</summary>
[Collection("browser")]
public sealed class BadInputTests(SharedBrowser browser)
{
    private const string Markup = "<img src=x onerror=alert(1)><script>alert(2)</script>";
    private const string RightToLeft = "\u202eמכונה-7\u202c \u0645\u062d\u0631\u0643";
    private static readonly string Long = string.Concat(Enumerable.Repeat("vm-0123456789", 16))[..200];

    [Theory]
    [InlineData("markup")]
    [InlineData("right to left")]
    [InlineData("200 characters")]
    public async Task A_name_is_shown_as_it_is_wherever_it_stands(string kind)
    {
        var name = kind switch { "markup" => Markup, "right to left" => RightToLeft, _ => Long };
        await using var service = await ServiceHere.StartAsync();
        var fleet = new GeneratedFleet(service.Store, TimeProvider.System.GetUtcNow());
        fleet.Register(3, 2);
        service.Store.Append(new MeasurementBatch { Attempts = [fleet.Attempt("odd1", name, 0, MigrationOutcome.Stayed, 0, $"Stay: {name} was asked for.", 3)] });
        service.Records.Change(change => change.Put(Planner.Service.Kinds.Machine, name, """{ "labels": { "tier": "gold" }, "node": "host-0", "devices": ["sim:fast-nic"] }""", new Dictionary<string, string>(), TimeProvider.System.GetUtcNow()));
        await using var visitor = await Visitor.ArriveAsync(browser, service.Http.BaseAddress!, width: 400);
        var dialogs = 0;

        // The service knows no such name in a path: the page says so and shows the ledger.
        visitor.IsExpected = text => text.Contains("404", StringComparison.Ordinal) || text.Contains("400", StringComparison.Ordinal);
        foreach (var route in new[] { "fleet", "ledger", "attempts/odd1", $"machines/{Uri.EscapeDataString(name)}" })
        {
            var page = await visitor.OpenAsync(route);
            page.Dialog += (_, _) => dialogs++;
            await page.Locator("bdi").Filter(new() { HasText = name }).First.WaitForAsync();
            Assert.Equal(0, await page.Locator("main img, main script").CountAsync());
            Assert.InRange(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), 1, 400);
            await page.CloseAsync();
        }

        Assert.Equal(0, dialogs);
    }

    [Fact]
    public async Task A_machine_that_vanishes_while_it_is_open_is_told_of_and_its_attempts_stay()
    {
        await using var service = await ServiceHere.StartAsync();
        var fleet = new GeneratedFleet(service.Store, TimeProvider.System.GetUtcNow());
        fleet.Register(3, 2);
        service.Store.Append(new MeasurementBatch { Attempts = [fleet.Attempt("last1", "vm-0001", 1, MigrationOutcome.Completed, 0.1, "It moved.", 3)] });
        await using var visitor = await Visitor.ArriveAsync(browser, service.Http.BaseAddress!);
        visitor.IsExpected = text => text.Contains("404", StringComparison.Ordinal);
        var page = await visitor.OpenAsync("machines/vm-0001");
        await Visitor.SeeAsync(page, ".facts dd", "silver");
        var other = await visitor.OpenAsync("fleet");
        await Visitor.SeeAsync(other, "virtual-table .main a", "vm-0001");

        (await service.CallAsync(HttpMethod.Delete, "/v1/machines/vm-0001")).Expect(204);

        await Visitor.SeeAsync(page, ".sentence", "is not registered (any more)");
        await Visitor.SeeAsync(page, "#part-attempts ~ * tbody td", "completed");
        await other.Locator("virtual-table .main a", new() { HasText = "vm-0001" }).WaitForAsync(new() { State = WaitForSelectorState.Hidden });
    }

    [Fact]
    public async Task A_hundred_thousand_attempts_are_searched_scrolled_and_summed_up()
    {
        const int Attempts = 100_000;
        await using var service = await ServiceHere.StartAsync();
        var fleet = new GeneratedFleet(service.Store, TimeProvider.System.GetUtcNow());
        fleet.Register(500, 10);
        fleet.Remember(Attempts, 500);
        await using var visitor = await Visitor.ArriveAsync(browser, service.Http.BaseAddress!);
        var page = await visitor.OpenAsync("ledger");
        await Visitor.SeeAsync(page, "[role=status]", "The latest 200 attempts");

        await page.Locator(".vt-box").EvaluateAsync("box => box.scrollTop = box.scrollHeight");
        await Visitor.SeeAsync(page, "[role=status]", "The latest 400 attempts");
        Assert.InRange(await page.Locator("virtual-table .vt-space [role=row]").CountAsync(), 5, 80);
        await page.GetByLabel("Search").FillAsync($"{Attempts / 2:x8}");
        await Visitor.SeeAsync(page, "[role=status]", "1 attempts, all of them.");
        await page.GotoAsync($"{service.Http.BaseAddress}#/calibration");
        await Visitor.SeeAsync(page, "#part-class-silver ~ *", "of");
        await page.GotoAsync($"{service.Http.BaseAddress}#/fleet");
        await Visitor.SeeAsync(page, ".sum", "500 machines");
    }

    [Fact]
    public async Task An_address_that_somebody_typed_is_answered_with_a_sentence()
    {
        await using var service = await ServiceHere.StartAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, service.Http.BaseAddress!);
        visitor.IsExpected = text => text.Contains("404", StringComparison.Ordinal) || text.Contains("400", StringComparison.Ordinal);
        foreach (var (route, says) in new[]
        {
            ("migrations/nothing", "There is no migration 'nothing'"), ("attempts/%zz", "There is no attempt '%zz'"), ("machines/no-such", "There is no such machine"),
            ("ledger?outcome=nonsense", "expected is one of completed"), ("devices?class=none&arc=x", "No device was measured yet"), ("elsewhere", "has no page 'elsewhere'"),
        })
        {
            var page = await visitor.OpenAsync(route);
            await page.GetByText(says).First.WaitForAsync();
            await page.CloseAsync();
        }
    }
}
