using Planner.Estimators;
using Planner.Fleet;
using Xunit;

namespace Planner.Tests.Fleet;

public sealed class HostSafetyTests
{
    [Theory]
    [InlineData(9, true, true, "", "", false, "read before")]
    [InlineData(double.NaN, true, true, "", "", false, "read before")]
    [InlineData(10, false, true, "", "", false, "could be read")]
    [InlineData(10, true, false, "", "", false, "cordon")]
    [InlineData(10, true, true, "a", "", false, "1 machine is on h1: a")]
    [InlineData(10, true, true, "", "b", false, "b is on the way to h1")]
    [InlineData(10, true, true, "", "", true, "is empty")]
    public void Only_a_fresh_and_whole_reading_of_an_empty_host_is_safe(double readAt, bool isComplete, bool isCordoned, string on, string arriving, bool isSafe, string reason)
    {
        var advice = HostSafety.SafeToReboot(new HostReading("h1", readAt, isComplete, isCordoned, on.Length > 0 ? [on] : [], arriving.Length > 0 ? [arriving] : []), 10);

        Assert.Equal(isSafe, advice.IsSafe);
        Assert.Contains(reason, advice.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void In_ten_thousand_drains_that_fail_overrun_and_get_newcomers_no_host_with_a_machine_is_ever_called_safe()
    {
        var (safe, asked) = (0, 0);
        for (var drain = 0; drain < 10_000; drain++)
        {
            var draws = new SeededStream(7, drain, 0, 41);
            var gone = new double[1 + (int)(draws.NextOpenUnit() * 4)];
            for (var m = 0; m < gone.Length; m++)
            {
                // A move in ten fails, and its machine stays for good; others take up to five times as long as foretold.
                gone[m] = draws.NextOpenUnit() < 0.1 ? double.PositiveInfinity : (m + 1) * 10 * Math.Exp(draws.NextNormal() * 0.5);
            }

            // Until the host is cordoned, somebody may start a machine there or send one to it.
            var cordonedAt = draws.NextOpenUnit() < 0.5 ? 0 : 60 * draws.NextOpenUnit();
            var (sent, arrives) = draws.NextOpenUnit() < 0.3 ? (cordonedAt * draws.NextOpenUnit(), 0.0) : (double.PositiveInfinity, 0.0);
            arrives = sent + 20 * draws.NextOpenUnit();
            for (var ask = 5.0; ask < 100; ask += 7)
            {
                var readAt = draws.NextOpenUnit() < 0.7 ? ask + draws.NextOpenUnit() : ask - 10 * draws.NextOpenUnit();
                var isComplete = draws.NextOpenUnit() < 0.9;
                List<string> on = [.. gone.Select((end, m) => (end, m)).Where(g => g.end > readAt && (isComplete || g.m % 2 == 0)).Select(g => $"m{g.m}")];
                if (isComplete && arrives <= readAt)
                {
                    on.Add("newcomer");
                }

                var reading = new HostReading("h1", readAt, isComplete, readAt >= cordonedAt, on, sent <= readAt && arrives > readAt ? ["newcomer"] : []);
                var advice = HostSafety.SafeToReboot(reading, ask);
                asked++;
                safe += advice.IsSafe ? 1 : 0;
                var isTrulyEmpty = gone.All(end => end <= readAt) && double.IsPositiveInfinity(sent);
                Assert.False(advice.IsSafe && !isTrulyEmpty, $"drain {drain} at {ask}: {advice.Reason}");
            }
        }

        Assert.InRange(safe, asked / 20, asked);
    }
}
