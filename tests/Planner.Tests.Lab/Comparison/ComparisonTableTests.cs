using Planner.Lab;
using Xunit;

namespace Planner.Tests.Comparison;

public sealed class ComparisonTableTests
{
    [Fact]
    public void A_row_has_the_interval_of_its_misses_and_the_length_beside_QEMUs()
    {
        var rows = Rows(
        [
            .. Enumerable.Range(1, 20).Select(i => Migration("planner", 10 + i, 5.5)),
            .. Enumerable.Range(1, 20).Select(i => Migration("qemu", i <= 2 ? 101 : 80, 5)),
        ]);

        // 0 of 20 bounds the share at 17 % with 2.5 % of error on each side (Clopper and Pearson).
        Assert.Equal("| steady-10 | planner | 20 of 20 | 0 | 0 to 17 % | 21.0 ms | 29.0 ms | 30.0 ms | 5.5 s | 1.10 x |", rows[0]);
        Assert.Equal("| steady-10 | qemu | 20 of 20 | 2 | 1 to 32 % | 80.0 ms | 101.0 ms | 101.0 ms | 5.0 s | 1.00 x |", rows[1]);
        Assert.StartsWith("| **all** | planner | 20 of 20 | 0 |", rows[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Migrations_for_evidence_are_not_counted_and_those_that_did_not_complete_have_no_blackout()
    {
        var rows = Rows([Migration("planner", 500, 5) with { Run = 0 }, Migration("qemu", 50, 5), Migration("qemu", 0, 30) with { Outcome = ComparedOutcome.TimedOut, BlackoutSeconds = null }]);

        Assert.Equal("| steady-10 | qemu | 1 of 2 | 0 | 0 to 98 % | 50.0 ms | 50.0 ms | 50.0 ms | 5.0 s | 1.00 x |", rows[0]);
        Assert.DoesNotContain(rows, r => r.Contains("planner", StringComparison.Ordinal));
    }

    [Fact]
    public void A_migration_over_the_limit_says_so()
    {
        Assert.Contains("OVER", ComparisonTable.Line(Migration("qemu", 100.1, 5)), StringComparison.Ordinal);
        Assert.DoesNotContain("OVER", ComparisonTable.Line(Migration("qemu", 100, 5)), StringComparison.Ordinal);
    }

    private static string[] Rows(IReadOnlyList<ComparedMigration> migrations) => ComparisonTable.Of(migrations).Split('\n', StringSplitOptions.RemoveEmptyEntries)[2..];

    private static ComparedMigration Migration(string rule, double blackoutMilliseconds, double totalSeconds) => new()
    {
        Cell = "steady-10",
        Rule = rule,
        Qemu = "10.0",
        Run = 1,
        LimitSeconds = 0.1,
        Outcome = ComparedOutcome.Completed,
        BlackoutSeconds = blackoutMilliseconds / 1e3,
        TotalSeconds = totalSeconds,
    };
}
