using System.Net.Http.Headers;
using Microsoft.Playwright;
using Xunit;

namespace Planner.Tests.Service.Dashboard;

/// <summary>The page of plans: when what moves, what there was to choose from, who cannot move, and what one may do about it.</summary>
[Collection("browser")]
public sealed class PlanPageTests(SharedBrowser browser)
{
    [Fact]
    public async Task A_plan_shows_its_moves_over_time_and_who_cannot_move_and_is_called_off_once_that_was_said()
    {
        await using var service = await ServiceHere.StartAsync();
        var id = await PlanAsync(service, "docs/examples/evacuation-fleet.yaml");
        await using var visitor = await Visitor.ArriveAsync(browser, service.Http.BaseAddress!);
        var page = await visitor.OpenAsync("plans");
        await page.Locator($"a[href='#/plans/{id}']").First.ClickAsync();

        await Visitor.SeeAsync(page, "h1", "Plan to empty h1, h2");
        var plan = (await service.GetAsync($"/v1/plans/{id}")).Json;
        Assert.Equal(plan.GetProperty("moves").GetArrayLength(), await page.Locator("svg.gantt a").CountAsync());
        Assert.Equal(plan.GetProperty("blocked").GetArrayLength(), await page.Locator("#part-who-cannot-move-and-what-would-change-that ~ * tbody tr").CountAsync());
        await Visitor.CanBeUsedByAllAsync(page, "plan");

        await page.GetByRole(AriaRole.Button, new() { Name = "Apply it …" }).ClickAsync();
        Assert.Contains("each only if its bound fits its SLA at that moment", await page.GetByRole(AriaRole.Dialog).InnerTextAsync(), StringComparison.Ordinal);
        await page.Keyboard.PressAsync("Escape");
        Assert.Equal("planned", (await service.GetAsync($"/v1/plans/{id}")).Json.GetProperty("state").GetString());
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel …" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Call it off" }).ClickAsync();
        await Visitor.SeeAsync(page, ".facts .state", "called off");
        Assert.Equal("cancelled", (await service.GetAsync($"/v1/plans/{id}")).Json.GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_plan_that_is_not_of_this_fleet_is_refused_in_the_dialog_with_the_difference()
    {
        await using var service = await ServiceHere.StartAsync();
        var id = await PlanAsync(service, "docs/examples/evacuation-fleet.yaml");
        await using var visitor = await Visitor.ArriveAsync(browser, service.Http.BaseAddress!);
        visitor.IsExpected = text => text.Contains("status of 4", StringComparison.Ordinal);
        var page = await visitor.OpenAsync($"plans/{id}");

        await page.GetByRole(AriaRole.Button, new() { Name = "Apply it …" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Carry it out" }).ClickAsync();

        await page.Locator("dialog .trouble").WaitForAsync();
        Assert.Equal("planned", (await service.GetAsync($"/v1/plans/{id}")).Json.GetProperty("state").GetString());
    }

    [Fact]
    public async Task What_there_was_to_choose_from_is_shown_with_the_one_that_was_chosen()
    {
        await using var service = await ServiceHere.StartAsync();
        var id = await PlanAsync(service, "docs/examples/upgrade-fleet.yaml");
        await using var visitor = await Visitor.ArriveAsync(browser, service.Http.BaseAddress!);
        var page = await visitor.OpenAsync($"plans/{id}");

        await page.Locator("svg.pareto circle.chosen").WaitForAsync();
        Assert.Equal((await service.GetAsync($"/v1/plans/{id}")).Json.GetProperty("choices").GetArrayLength(), await page.Locator("svg.pareto circle").CountAsync());
    }

    [Fact]
    public async Task A_host_is_said_to_be_safe_to_reboot_only_once_it_is_closed_and_empty()
    {
        await using var service = await ServiceHere.StartAsync();
        await service.RegisterAsync("vm1", "sim:fast-nic", "sim:fast-nic");
        await using var visitor = await Visitor.ArriveAsync(browser, service.Http.BaseAddress!);
        var page = await visitor.OpenAsync("plans");
        var row = page.Locator("#part-is-it-safe-to-reboot- ~ * tbody tr").Filter(new() { HasText = "h2" });
        await row.GetByText("running: not safe").WaitForAsync();

        await row.GetByRole(AriaRole.Button, new() { Name = "Empty it …" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Empty it", Exact = true }).ClickAsync();
        await row.Locator(".state.good").Filter(new() { HasText = "safe to reboot" }).WaitForAsync();

        await row.GetByRole(AriaRole.Button, new() { Name = "Take machines again …" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "End the maintenance" }).ClickAsync();
        await row.GetByText("running: not safe").WaitForAsync();
    }

    [Fact]
    public async Task Every_host_of_many_is_answered_for_and_those_in_maintenance_come_first()
    {
        await using var service = await ServiceHere.StartAsync();
        new GeneratedFleet(service.Store, TimeProvider.System.GetUtcNow()).Register(machines: 40, hosts: 120);
        (await service.PutAsync("/v1/nodes/host-99/maintenance", """{ "state": "Draining" }""")).Expect(200);
        Assert.Equal(["host-99 SafeToReboot"], (await service.GetAsync("/v1/maintenance")).Expect(200).Json.GetProperty("items").EnumerateArray().Select(m => $"{m.GetProperty("node")} {m.GetProperty("state")}"));
        await using var visitor = await Visitor.ArriveAsync(browser, service.Http.BaseAddress!);
        var page = await visitor.OpenAsync("plans");
        var rows = page.Locator("#part-is-it-safe-to-reboot- ~ * tbody tr");
        await Visitor.SeeAsync(page, ".sentence", "1 host is safe to reboot, of 120.");
        Assert.Contains("host-99", await rows.First.InnerTextAsync(), StringComparison.Ordinal);

        await page.GetByRole(AriaRole.Button, new() { Name = "Show 50 more of 70" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Show 20 more of 20" }).ClickAsync();
        Assert.Equal(120, await rows.CountAsync());
    }

    private static async Task<string> PlanAsync(ServiceHere service, string file)
    {
        using var body = new StringContent(await File.ReadAllTextAsync(Path.Combine(Repository.Root, file)), new MediaTypeHeaderValue("application/yaml"));
        using var answer = await service.Http.PostAsync("/v1/plans", body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return System.Text.Json.JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!;
    }
}
