using Microsoft.Playwright;
using Planner.Service;
using Planner.Storage;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Service.Dashboard;

/// <summary>What is shown is live in every tab, is said to be cut off when it is, and goes on by itself.</summary>
[Collection("browser")]
public sealed class LiveTests(SharedBrowser browser)
{
    private const int Tabs = 10;

    [Fact]
    public async Task Ten_tabs_are_live_over_one_connection_and_another_takes_over_when_the_first_is_closed()
    {
        await using var service = await ServiceHere.StartAsync();
        await using var visitor = await Visitor.ArriveAsync(browser, service.Http.BaseAddress!);
        var streams = 0;
        visitor.Context.Request += (_, request) => streams += request.Url.Contains("/v1/events", StringComparison.Ordinal) ? 1 : 0;
        var tabs = new List<IPage>();
        for (var i = 0; i < Tabs; i++)
        {
            tabs.Add(await visitor.OpenAsync("migrations"));
        }

        foreach (var tab in tabs)
        {
            await Visitor.SeeAsync(tab, ".live", "live");
        }

        Assert.Equal(1, streams);
        await service.RegisterAsync("vm1", "sim:fast-nic", "sim:fast-nic");
        var id = await service.MigrateAsync("vm1");
        await SeeAllAsync(tabs, "vm1");

        await tabs[0].CloseAsync();
        await service.EndAsync(id);
        await service.RegisterAsync("vm2", "sim:fast-nic", "sim:fast-nic");
        await service.MigrateAsync("vm2");
        await SeeAllAsync(tabs[1..], "vm2");
        Assert.Equal(2, streams);
    }

    [Fact]
    public async Task A_cut_connection_is_shown_in_every_tab_and_goes_on_without_a_reload_and_without_a_gap()
    {
        await using var service = await ServiceHere.StartAsync();
        await using var line = new CuttableLine(service.Http.BaseAddress!);
        await using var visitor = await Visitor.ArriveAsync(browser, line.Url);
        visitor.IsExpected = _ => true;
        var leader = await visitor.OpenAsync("migrations");
        var follower = await visitor.OpenAsync("migrations");
        var asked = new List<string>();
        visitor.Context.Request += (_, request) => asked.Add(request.Url);
        foreach (var page in new[] { leader, follower })
        {
            await Visitor.SeeAsync(page, ".live", "live");
            await page.EvaluateAsync("window.isTheSame = true");
        }

        // Something was heard, so that there is a place to go on from.
        await service.RegisterAsync("vm0", "sim:fast-nic", "sim:fast-nic");
        await service.EndAsync(await service.MigrateAsync("vm0"));
        await SeeAllAsync([leader, follower], "vm0");
        line.Cut();
        await SeeAllAsync([leader, follower], "The connection to the service is cut", ".cut-off");
        await service.RegisterAsync("vm1", "sim:fast-nic", "sim:fast-nic");
        await service.EndAsync(await service.MigrateAsync("vm1"));
        line.Mend();

        await SeeAllAsync([leader, follower], "vm1");
        foreach (var page in new[] { leader, follower })
        {
            await page.Locator(".cut-off").WaitForAsync(new() { State = WaitForSelectorState.Hidden });
            Assert.True(await page.EvaluateAsync<bool>("window.isTheSame === true"));
        }

        Assert.Contains(asked, url => url.Contains("/v1/events?after=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_service_that_is_started_anew_is_found_again_without_a_reload()
    {
        using var folder = new TemporaryDirectory();
        var first = await ServiceHere.StartAsync(folder);
        var url = first.Http.BaseAddress!;
        await using var visitor = await Visitor.ArriveAsync(browser, url);
        visitor.IsExpected = _ => true;
        var page = await visitor.OpenAsync("fleet");
        await Visitor.SeeAsync(page, ".live", "live");
        await page.EvaluateAsync("window.isTheSame = true");

        await first.DisposeAsync();
        await Visitor.SeeAsync(page, ".cut-off", "The connection to the service is cut");
        await using var second = await ServiceHere.StartAsync(folder, o => o with { Urls = [url.GetLeftPart(UriPartial.Authority)] });
        await second.RegisterAsync("vm-after", "sim:fast-nic", "sim:fast-nic");

        await Visitor.SeeAsync(page, "virtual-table .main a", "vm-after");
        await page.Locator(".cut-off").WaitForAsync(new() { State = WaitForSelectorState.Hidden });
        Assert.True(await page.EvaluateAsync<bool>("window.isTheSame === true"));
    }

    [Fact]
    public async Task A_token_is_exchanged_once_for_a_cookie_and_when_it_has_expired_one_is_asked_to_sign_in_again()
    {
        using var folder = new TemporaryDirectory();
        var clock = new ShiftedClock();
        var read = Token(folder, Scope.Read, clock.GetUtcNow().AddHours(1));
        await using var service = await ServiceHere.StartAsync(folder, o => o with { RequiresTokens = true, Sessions = o.Sessions with { Clock = clock } });
        new GeneratedFleet(service.Store, TimeProvider.System.GetUtcNow()).Register(3, 2);
        await using var visitor = await Visitor.ArriveAsync(browser, service.Http.BaseAddress!);
        visitor.IsExpected = text => text.Contains("401", StringComparison.Ordinal);
        var page = await visitor.OpenAsync("machines/vm-0001");
        await Visitor.SeeAsync(page, "h1", "Sign in");
        await page.GetByLabel("Token").FillAsync("planner_000000000000_wrong");
        await page.Keyboard.PressAsync("Enter");
        await Visitor.SeeAsync(page, ".trouble", "The token is not known.");
        await page.GetByLabel("Token").FillAsync(read);
        await page.Keyboard.PressAsync("Enter");

        // Where one wanted to go, and only what one may.
        await Visitor.SeeAsync(page, "h1", "vm-0001");
        await Visitor.SeeAsync(page, ".who", "(read)");
        await page.GetByRole(AriaRole.Button, new() { Name = "What would come of it?" }).ClickAsync();
        Assert.True(await page.GetByRole(AriaRole.Button, new() { Name = "Migrate it" }).IsDisabledAsync());
        var cookie = Assert.Single(await visitor.Context.CookiesAsync());
        Assert.True(cookie is { HttpOnly: true, Secure: true, SameSite: SameSiteAttribute.Strict });
        Assert.DoesNotContain(read.Split('_')[2], cookie.Value + page.Url + await page.EvaluateAsync<string>("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])"), StringComparison.Ordinal);

        clock.Ahead = TimeSpan.FromHours(2);
        await page.GetByRole(AriaRole.Link, new() { Name = "Ledger" }).ClickAsync();
        await Visitor.SeeAsync(page, "[role=status]", "The session is over: sign in again.");
        await page.GetByLabel("Token").FillAsync(read);
        await page.Keyboard.PressAsync("Enter");
        await Visitor.SeeAsync(page, ".trouble", "The token has expired.");
    }

    private static Task SeeAllAsync(IEnumerable<IPage> pages, string text, string selector = "main td") => Task.WhenAll(pages.Select(async page =>
    {
        // A tab that is not in front asks when somebody looks.
        await page.BringToFrontAsync();
        await Visitor.SeeAsync(page, selector, text);
    }));

    private static string Token(TemporaryDirectory folder, Scope scope, DateTimeOffset expires)
    {
        using var store = SqlMeasurementStore.Open(StoreAddress.Parse(folder.File("planner.db")));
        var (kept, text) = AccessTokens.Make("test", scope, DateTimeOffset.UnixEpoch, expires);
        new ServiceStore(store).Change(change => change.Put(kept));
        return text;
    }
}
