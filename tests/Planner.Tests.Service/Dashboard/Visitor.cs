using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;

namespace Planner.Tests.Service.Dashboard;

/// <summary>Somebody who looks at the dashboard: a browser's profile of its own, whose tabs share cookies and connections. Whatever a page complains of is an error.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private const float Patience = 60_000;

    private readonly IBrowserContext _context;
    private readonly string _base;
    private readonly ConcurrentQueue<string> _complaints = new();

    private Visitor(IBrowserContext context, string @base) => (_context, _base) = (context, @base);

    public IBrowserContext Context => _context;

    /// <summary>What pages complained of.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>What is no fault of a page: by default that something is not there, which pages ask for and say.</summary>
    public Func<string, bool> IsExpected { get; set; } = text => text.Contains("status of 404", StringComparison.Ordinal);

    public static async Task<Visitor> ArriveAsync(SharedBrowser browser, Uri service, ColorScheme scheme = ColorScheme.Light, int width = 1400, string zone = "Europe/Berlin")
    {
        var context = await (await browser.GetAsync()).NewContextAsync(new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 900 }, TimezoneId = zone, ReducedMotion = ReducedMotion.Reduce });
        context.SetDefaultTimeout(Patience);
        return new Visitor(context, service.GetLeftPart(UriPartial.Authority));
    }

    /// <summary>Opens a page in a tab of its own, and waits until it has its heading.</summary>
    /// <param name="route">Such as <c>machines/vm1</c>.</param>
    public async Task<IPage> OpenAsync(string route = "fleet")
    {
        var page = await _context.NewPageAsync();
        page.Console += (_, message) => Note(message.Type is "error" or "warning", message.Text);
        page.PageError += (_, error) => Note(true, error);
        await page.GotoAsync($"{_base}/#/{route}");
        await page.Locator("h1").First.WaitForAsync();
        return page;
    }

    /// <summary>Waits until the address has a part. It is looked at again and again: of two changes in a row the browser's library may tell one before it is waited for.</summary>
    public static async Task IsAtAsync(IPage page, string part)
    {
        using var guard = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!page.Url.Contains(part, StringComparison.Ordinal))
        {
            await Task.Delay(50, guard.Token);
        }
    }

    /// <summary>Waits until a part of a page says something.</summary>
    public static Task SeeAsync(IPage page, string selector, string text) => page.Locator(selector).Filter(new() { HasText = text }).First.WaitForAsync();

    /// <summary>Holds a page to the rules of accessibility. Only what breaks one is asked for: to bring and read what passes takes most of the time.</summary>
    public static async Task CanBeUsedByAllAsync(IPage page, string what)
    {
        var found = await page.RunAxe(new AxeRunOptions { ResultTypes = [ResultType.Violations] });
        Assert.True(found.Violations.Length == 0, $"{what}: {string.Join("; ", found.Violations.Select(v => $"{v.Id}: {v.Help} at {string.Join(", ", v.Nodes.Take(3).Select(n => n.Html))}"))}");
    }

    public async ValueTask DisposeAsync()
    {
        await _context.CloseAsync();
        Assert.Empty(_complaints);
    }

    private void Note(bool isComplaint, string text)
    {
        if (isComplaint && !IsExpected(text))
        {
            _complaints.Enqueue(text);
        }
    }
}
