using Planner.Measurements;
using Planner.Policies;
using Xunit;
using static Planner.Tests.Sla.Summaries;

namespace Planner.Tests.Sla;

/// <summary>Why a machine is not even tried: its own past, told with the cheapest change.</summary>
public sealed class MoveRefusalTests
{
    [Fact]
    public void A_spent_budget_keeps_the_machine_and_says_when_some_of_it_comes_back()
    {
        var refusal = MoveRefusal.Find("vm1", Gold, [Ago(60, 31)], Now)!;

        Assert.Equal("The error budget of vm1 under the class 'gold' is spent: 31.0 s of 30.0 s in 720 h, in 1 attempt; some of it comes back at 2026-12-30 11:00:00 UTC.", refusal.Reason);
        Assert.Equal("wait until 2026-12-30 11:00:00 UTC, or give the class a larger errorBudget", refusal.CheapestChange);
        Assert.Equal(Now.AddHours(-1).AddDays(30), refusal.Until);
    }

    [Fact]
    public void After_an_attempt_in_vain_the_next_one_waits_and_each_time_twice_as_long()
    {
        Assert.Equal(Now.AddMinutes(5), MoveRefusal.Find("vm1", Gold, [Stayed(5)], Now)!.Until);
        Assert.Null(MoveRefusal.Find("vm1", Gold, [Stayed(10)], Now));
        Assert.Equal(Now.AddMinutes(10), MoveRefusal.Find("vm1", Gold, [Stayed(40), Stayed(10)], Now)!.Until);
        Assert.Null(MoveRefusal.Find("vm1", Gold, [Stayed(40), Stayed(20)], Now));
    }

    [Fact]
    public void After_as_many_in_vain_as_are_allowed_it_is_left_alone_until_one_of_them_is_a_day_old_and_the_last_reason_is_told()
    {
        var refusal = MoveRefusal.Find("vm1", Gold, [Stayed(600), Stayed(400), Stayed(200)], Now)!;

        Assert.StartsWith("3 attempts in a row left vm1 where it is, and the class 'gold' allows 3 in 24.0 h; the last one said: Too little evidence.", refusal.Reason, StringComparison.Ordinal);
        Assert.Equal(Now.AddMinutes(-600).AddDays(1), refusal.Until);
        Assert.Null(MoveRefusal.Find("vm1", Gold, [Stayed(1500), Stayed(400), Stayed(200)], Now));
    }

    [Fact]
    public void An_attempt_that_moved_the_machine_ends_the_row_and_what_promised_nothing_is_in_none()
    {
        Assert.Null(MoveRefusal.Find("vm1", Gold, [Stayed(3), Stayed(2), Ago(1)], Now));
        Assert.Null(MoveRefusal.Find("vm1", Gold, [Stayed(1) with { Kind = AttemptKind.Shadow }, Stayed(1) with { Kind = AttemptKind.Rehearsal }, Stayed(1) with { Kind = AttemptKind.Recovery }], Now));
        Assert.Null(MoveRefusal.Find("vm1", Gold, [Stayed(1) with { Machine = "vm2" }], Now));
        Assert.Null(MoveRefusal.Find("vm1", Gold with { Attempts = null }, [Stayed(1)], Now));
    }

    [Fact]
    public void The_wait_ends_with_the_memory_of_it() => Assert.Equal(AttemptLimit.Memory, new AttemptLimit(100, TimeSpan.FromHours(1)).WaitAfter(99));

    [Theory]
    [InlineData("tier=gold,zone=a", "narrow")]
    [InlineData("tier=gold", "gold")]
    [InlineData("zone=a", "any")]
    [InlineData("", "any")]
    public void A_machine_is_of_the_class_that_names_most_of_its_labels(string labels, string expected)
    {
        SlaPolicy Class(string name, params (string, string)[] selector) => Gold with { Name = name, Selector = selector.ToDictionary(s => s.Item1, s => s.Item2) };
        SlaPolicy[] classes = [Class("any"), Class("gold", ("tier", "gold")), Class("narrow", ("tier", "gold"), ("zone", "a")), Class("other", ("tier", "x"))];
        var carried = labels.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('=')).ToDictionary(l => l[0], l => l[1]);

        Assert.Equal(expected, SlaSelection.Find(classes, carried)!.Name);
        Assert.Null(SlaSelection.Find(classes[1..], new Dictionary<string, string>()));
    }
}
