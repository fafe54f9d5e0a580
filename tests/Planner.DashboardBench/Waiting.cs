using Microsoft.Playwright;

namespace Planner.DashboardBench;

/// <summary>Waits for pages whose policy lets no text become code, so that they cannot be told what to wait for.</summary>
internal static class Waiting
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until an expression is true in a page.</summary>
    public static async Task UntilAsync(this IPage page, string expression, TimeSpan? limit = null)
    {
        using var guard = new CancellationTokenSource(limit ?? TimeSpan.FromMinutes(1));
        while (!await page.EvaluateAsync<bool>(expression))
        {
            await Task.Delay(LookEvery, guard.Token);
        }
    }
}
