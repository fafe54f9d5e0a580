using Planner.Measurements;
using Planner.Policies;
using Xunit;
using static Planner.Tests.Sla.Summaries;

namespace Planner.Tests.Sla;

/// <summary>Error budgets from the ledger: of a machine in seconds, of a class in misses, in a sliding period.</summary>
public sealed class BudgetTests
{
    private const double Day = 24 * 60;

    [Fact]
    public void A_machine_has_used_the_longest_that_its_pauses_may_have_been_and_gets_it_back_when_they_are_old()
    {
        var budget = MachineBudget.Of("vm1", Gold.ErrorBudget!, [Ago(31 * Day, 29), Ago(29 * Day, 12), Ago(10 * Day, 25), Ago(0, 1), Ago(0, 99) with { Machine = "vm2" }], Now);

        Assert.Equal((38, 3, true), (budget.Spent.TotalSeconds, budget.Attempts, budget.IsSpent));
        Assert.Equal(Now.AddDays(1), budget.ComesBack);
    }

    [Fact]
    public void What_is_left_is_left_and_a_rehearsal_counts()
    {
        var budget = MachineBudget.Of("vm1", Gold.ErrorBudget!, [Ago(Day, 12) with { Kind = AttemptKind.Rehearsal }], Now);

        Assert.Equal((18, false, null), (budget.Remaining.TotalSeconds, budget.IsSpent, budget.ComesBack));
    }

    [Fact]
    public void A_class_may_miss_its_share_of_the_attempts_with_a_pause()
    {
        var budget = ClassBudget.Of(Gold, [.. Spread(400, 3, 20 * Day), Stayed(1), Ago(31 * Day, 5)], Now);

        Assert.Equal((400, 3), (budget.Paused, budget.Violations));
        Assert.Equal(1, budget.Left, 9);
        Assert.Equal(0.25, budget.LeftShare!.Value, 9);
    }

    [Fact]
    public void Without_an_attempt_nothing_is_said_of_the_share_that_is_left() => Assert.Null(ClassBudget.Of(Gold, [], Now).LeftShare);

    [Fact]
    public void The_time_until_it_is_used_up_is_a_range_that_a_small_sample_leaves_open()
    {
        var budget = ClassBudget.Of(Gold, Spread(1000, 2, 20 * Day), Now);

        var few = budget.Exhaustion(new BurnCount(TimeSpan.FromHours(1), 20, 1));
        Assert.NotNull(few.Soonest);
        Assert.Null(few.Latest);

        var many = budget.Exhaustion(new BurnCount(TimeSpan.FromHours(1), 100, 50));
        Assert.True(TimeSpan.Zero < many.Soonest && many.Soonest < many.Latest);

        // 8 misses are left, and at a half of 100 an hour they come at 49 an hour too many.
        Assert.InRange(8 / 49.0, many.Soonest!.Value.TotalHours, many.Latest!.Value.TotalHours);
        Assert.Equal((null, null), budget.Exhaustion(new BurnCount(TimeSpan.FromHours(1), 0, 0)));
        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), ClassBudget.Of(Gold, Spread(100, 2, Day), Now).Exhaustion(new BurnCount(TimeSpan.FromHours(1), 0, 0)));
    }
}
