using Planner.Estimators;
using Xunit;

namespace Planner.Tests.Estimators;

public sealed class LinkLifeTableTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    [InlineData(-1)]
    public void What_was_never_seen_is_not_calm(int age) => Assert.False(new LinkLifeTable().IsCalm(age, 1, 0.49));

    [Theory]
    [InlineData(48, false)]
    [InlineData(49, true)]
    public void Without_a_breakdown_half_a_one_is_reckoned_with(int seen, bool calm)
    {
        var (known, unknown) = (Filled(seen, age: _ => 7), Filled(seen, age: _ => -1));

        // 0.5 / (n + 1) <= 0.01 from n = 49 on.
        Assert.Equal(calm, known.IsCalm(7, 1, 0.01));
        Assert.Equal(calm, unknown.IsCalm(-1, 1, 0.01));
        Assert.False(known.IsCalm(7, 2, 0.01));
    }

    [Fact]
    public void Neighbouring_ages_without_a_breakdown_are_pooled()
    {
        var table = Filled(300, age: i => i % 30);
        Assert.True(table.IsCalm(5, 1, 0.01));
        Assert.True(table.IsCalm(29, 1, 0.01));

        // A breakdown at age 10 parts the younger ages, 100 observations, from the older ones, 190: 0.5 / 101 and 0.5 / 191.
        table.Add(new LinkAge(10, 1, 1));
        Assert.False(table.IsCalm(5, 1, 0.0049));
        Assert.True(table.IsCalm(5, 1, 0.005));
        Assert.False(table.IsCalm(20, 1, 0.0026));
        Assert.True(table.IsCalm(20, 1, 0.0027));
    }

    [Fact]
    public void A_breakdown_ahead_counts_with_its_frequency()
    {
        var table = Filled(1000, age: _ => 3);
        for (var i = 0; i < 10; i++)
        {
            table.Add(new LinkAge(3, 1, 1));
        }

        // 10.5 / 1011
        Assert.False(table.IsCalm(3, 1, 0.0103));
        Assert.True(table.IsCalm(3, 1, 0.0104));
        Assert.False(table.IsCalm(2, 2, 0.0104));
    }

    [Fact]
    public void Ages_of_unknown_and_known_links_are_apart()
    {
        var table = Filled(1000, age: _ => 4);
        table.Add(new LinkAge(-1, 1, 1));
        Assert.True(table.IsCalm(4, 1, 0.01));
        Assert.False(table.IsCalm(-1, 1, 0.01));
    }

    [Fact]
    public void Great_ages_are_one()
    {
        var table = Filled(1000, age: i => LinkLifeTable.OldestAge + i);
        Assert.True(table.IsCalm(LinkLifeTable.OldestAge, 1, 0.01));
        Assert.True(table.IsCalm(10 * LinkLifeTable.OldestAge, 1, 0.01));
    }

    [Fact]
    public void What_was_counted_can_be_counted_on_elsewhere()
    {
        var table = Filled(300, age: i => i % 7 - 1);
        table.Add(new LinkAge(3, 5, 2));
        var other = new LinkLifeTable();
        foreach (var age in table.Ages)
        {
            other.Add(age);
        }

        Assert.Equal(table.Ages, other.Ages);
        Assert.Equal([-1, 0, 1, 2, 3, 4, 5], other.Ages.Select(a => a.Age));
        Assert.Contains(other.Ages, a => a is { Age: 3, Broke: 2 });
    }

    private static LinkLifeTable Filled(int seen, Func<int, int> age)
    {
        var table = new LinkLifeTable();
        for (var i = 0; i < seen; i++)
        {
            table.Add(new LinkAge(age(i), 1, 0));
        }

        return table;
    }
}
