using Microsoft.Playwright;
using Xunit;

namespace Planner.Tests.Service.Dashboard;

/// <summary>Every page answers its question, can be used without seeing and without a mouse, and on a small screen.</summary>
[Collection("browser")]
public sealed class PageTests(SharedBrowser browser, PageTests.BadDay bad) : IClassFixture<PageTests.BadDay>
{
    private const int Machines = 30;

    [Theory]
    [InlineData("fleet")]
    [InlineData("migrations")]
    [InlineData("devices")]
    [InlineData("calibration")]
    [InlineData("ledger")]
    [InlineData("plans")]
    [InlineData("machines/vm-0000")]
    [InlineData("attempts/0bad0002")]
    [InlineData("nothing-such")]
    public async Task A_page_has_no_violation_of_accessibility_in_light_and_dark_and_on_a_phone(string route)
    {
        foreach (var (scheme, width) in new[] { (ColorScheme.Light, 1400), (ColorScheme.Dark, 1400), (ColorScheme.Light, 400) })
        {
            await using var visitor = await Visitor.ArriveAsync(browser, bad.Service.Http.BaseAddress!, scheme, width);
            var page = await visitor.OpenAsync(route);
            await page.Locator("main").GetByText("Asking the service").WaitForAsync(new() { State = WaitForSelectorState.Hidden });
            await Visitor.CanBeUsedByAllAsync(page, $"{route} {scheme} {width}");
        }
    }

    [Fact]
    public async Task A_migration_that_runs_has_none_either_and_shows_its_gates_terms_and_bound()
    {
        await using var service = await ServiceHere.StartAsync();
        await Evidence.RehearseAsync(service.Store);
        await service.RegisterAsync("vm1", "sim:fast-nic", "sim:fast-nic");
        var id = await service.MigrateAsync("vm1");
        await service.EndAsync(id);
        await using var visitor = await Visitor.ArriveAsync(browser, service.Http.BaseAddress!);

        var page = await visitor.OpenAsync($"migrations/{id}");

        await page.Locator(".chart canvas").WaitForAsync();
        await Visitor.SeeAsync(page, "#part-gates ~ * tbody tr", "before anything stops");
        await Visitor.SeeAsync(page, "#part-predicted-and-actual ~ * tr", "the whole blackout");
        await Visitor.CanBeUsedByAllAsync(page, "migration");
        await page.GetByRole(AriaRole.Link, new() { Name = "the attempt with its inputs" }).ClickAsync();
        await Visitor.SeeAsync(page, "h1", "Attempt to migrate vm1");
    }

    [Fact]
    public async Task The_first_page_says_what_is_wrong_and_what_to_do_the_worst_first_and_leads_to_the_inputs()
    {
        await using var visitor = await Visitor.ArriveAsync(browser, bad.Service.Http.BaseAddress!);
        var page = await visitor.OpenAsync();

        var first = page.Locator(".findings li").First;
        Assert.Contains("vm-0000 needs a person", await first.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("What to do: Look at both sides", await first.InnerTextAsync(), StringComparison.Ordinal);
        await Visitor.SeeAsync(page, ".findings li", "vm-0003 paused longer than promised");
        await Visitor.SeeAsync(page, ".findings li", "of sim/fast-nic/1.0 has become slower");
        await first.GetByRole(AriaRole.Link).ClickAsync();
        await Visitor.SeeAsync(page, "h1", "vm-0000");
        await Visitor.SeeAsync(page, "#part-why-it-does-not-move-or-does ~ div p", "does not answer after the handover");
        await page.GetByRole(AriaRole.Link, new() { Name = "Calibration" }).ClickAsync();
        await Visitor.SeeAsync(page, "#part-class-silver", "Class silver");
    }

    [Fact]
    public async Task A_link_shows_what_somebody_else_sees()
    {
        await using var visitor = await Visitor.ArriveAsync(browser, bad.Service.Http.BaseAddress!);
        var page = await visitor.OpenAsync();
        await page.GetByLabel("State").SelectOptionAsync("still");
        await page.GetByLabel("Find").FillAsync("vm-00");
        await page.GetByRole(AriaRole.Columnheader, new() { Name = "host" }).Locator("button").ClickAsync();
        await Visitor.IsAtAsync(page, "sort=node");
        await Visitor.IsAtAsync(page, "q=vm-00");
        var shown = await page.Locator("virtual-table [role=row] .main:visible").AllInnerTextsAsync();

        var other = await visitor.OpenAsync(page.Url[(page.Url.IndexOf("#/", StringComparison.Ordinal) + 2)..]);
        await other.Locator("virtual-table [role=row] .main a").First.WaitForAsync();

        Assert.NotEmpty(shown);
        Assert.Equal(shown, await other.Locator("virtual-table [role=row] .main:visible").AllInnerTextsAsync());
        Assert.Equal("still", await other.GetByLabel("State").InputValueAsync());
    }

    [Fact]
    public async Task The_keyboard_reaches_every_machine_and_dialogs_say_first_what_will_be_done()
    {
        await using var service = await BadDay.StartAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, service.Http.BaseAddress!);
        var page = await visitor.OpenAsync("fleet?sort=name");
        await page.Locator(".vt-box").FocusAsync();
        await page.Keyboard.PressAsync("End");
        Assert.Equal($"vm-00{Machines - 1}", await page.Locator(":focus").InnerTextAsync());
        await page.Keyboard.PressAsync("ArrowUp");
        await page.Keyboard.PressAsync("Enter");
        await Visitor.SeeAsync(page, "h1", $"vm-00{Machines - 2}");

        await page.GetByRole(AriaRole.Button, new() { Name = "What would come of it?" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Migrate it …" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        Assert.Contains("The guest is stopped only if the bound fits the limit", await dialog.InnerTextAsync(), StringComparison.Ordinal);
        await Visitor.CanBeUsedByAllAsync(page, "dialog");
        await page.Keyboard.PressAsync("Escape");
        await dialog.WaitForAsync(new() { State = WaitForSelectorState.Detached });
        Assert.Empty((await service.GetAsync("/v1/migrations")).Json.GetProperty("items").EnumerateArray());

        await page.GetByRole(AriaRole.Button, new() { Name = "Migrate it …" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Migrate it", Exact = true }).ClickAsync();
        await Visitor.SeeAsync(page, "h1", $"Migration of vm-00{Machines - 2}");
        Assert.Single((await service.GetAsync("/v1/migrations")).Json.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Nothing_sticks_out_of_a_small_screen_and_times_have_the_offset_of_the_reader()
    {
        await using var visitor = await Visitor.ArriveAsync(browser, bad.Service.Http.BaseAddress!, width: 400, zone: "Asia/Kolkata");
        foreach (var route in new[] { "fleet", "migrations", "devices", "calibration", "ledger", "plans", "machines/vm-0000", "attempts/0bad0002" })
        {
            var page = await visitor.OpenAsync(route);
            await page.Locator("main").GetByText("Asking the service").WaitForAsync(new() { State = WaitForSelectorState.Hidden });
            Assert.InRange(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), 1, 400);
            await page.CloseAsync();
        }

        var attempt = await visitor.OpenAsync("attempts/0bad0002");
        Assert.EndsWith("+05:30", await attempt.Locator("time").First.InnerTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_printed_has_every_row()
    {
        await using var service = await ServiceHere.StartAsync();
        new GeneratedFleet(service.Store, TimeProvider.System.GetUtcNow()).Register(200, 4);
        await using var visitor = await Visitor.ArriveAsync(browser, service.Http.BaseAddress!);
        var page = await visitor.OpenAsync("fleet?sort=name");
        await page.Locator("virtual-table .main a").First.WaitForAsync();
        Assert.InRange(await page.Locator("virtual-table .main a:visible").CountAsync(), 5, 60);

        await page.EvaluateAsync("dispatchEvent(new Event('beforeprint'))");
        Assert.Equal(200, await page.Locator("virtual-table .main a:visible").CountAsync());
        await page.EvaluateAsync("dispatchEvent(new Event('afterprint'))");
        Assert.InRange(await page.Locator("virtual-table .main a:visible").CountAsync(), 5, 60);
    }

    [Fact]
    public async Task An_arc_shows_its_latencies_over_time_its_alarm_and_the_slowest_with_their_inputs()
    {
        await using var visitor = await Visitor.ArriveAsync(browser, bad.Service.Http.BaseAddress!);
        var page = await visitor.OpenAsync("devices?class=sim%2Ffast-nic%2F1.0&arc=RUNNING_P2P-%3ESTOP");

        await page.Locator(".chart canvas").WaitForAsync();
        await Visitor.SeeAsync(page, ".findings li", "RUNNING_P2P → STOP of sim/fast-nic/1.0");
        await Visitor.SeeAsync(page, ".facts dd", "it began at");
        Assert.Equal(20, await page.Locator("h3:has-text('The slowest') + div tbody tr").CountAsync());
        await page.GetByRole(AriaRole.Link, new() { Name = "RESUMING → STOP" }).First.ClickAsync();
        await Visitor.IsAtAsync(page, "arc=RESUMING");
    }

    /// <summary>A service on a day on which much went wrong. Tests that only look share it.</summary>
    public sealed class BadDay : IAsyncLifetime
    {
        internal ServiceHere Service { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Service = await StartAsync();

        public ValueTask DisposeAsync() => Service.DisposeAsync();

        internal static async Task<ServiceHere> StartAsync()
        {
            var service = await ServiceHere.StartAsync();
            var fleet = new GeneratedFleet(service.Store, TimeProvider.System.GetUtcNow());
            fleet.Register(Machines, 4);
            fleet.Remember(400, Machines);
            fleet.GoWrong(Machines);
            return service;
        }
    }
}
