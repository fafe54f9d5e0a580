using Microsoft.Playwright;
using Planner.Tests.Service.Dashboard;
using Xunit;

[assembly: AssemblyFixture(typeof(SharedBrowser))]

namespace Planner.Tests.Service.Dashboard;

/// <summary>One browser for all tests: Debian's, which is started when the first test asks for it.</summary>
public sealed class SharedBrowser : IAsyncDisposable
{
    private const string Chromium = "/usr/bin/chromium";

    private readonly SemaphoreSlim _gate = new(1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The browser.</summary>
    public async Task<IBrowser> GetAsync()
    {
        await _gate.WaitAsync(TimeSpan.FromMinutes(2));
        try
        {
            _playwright ??= await Playwright.CreateAsync();

            // Root may not use the sandbox, and without a graphics card to draw by software pretending to be one takes many times as long.
            return _browser ??= await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = ["--no-sandbox", "--disable-gpu"], Timeout = 120_000 });
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.CloseAsync();
        }

        _playwright?.Dispose();
        _gate.Dispose();
    }
}
