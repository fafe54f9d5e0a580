using Planner.Estimators;
using Planner.Policies;
using Planner.Testing;
using Xunit;
using static Planner.Tests.Switchover.Moments;
using static Planner.Tests.Switchover.RuleEvidence;

namespace Planner.Tests.Switchover;

public sealed class RuleMomentsTests
{
    [Fact]
    public void On_a_capped_link_an_exact_count_is_wanted_as_soon_as_the_stop_phase_could_send_what_is_left()
    {
        // Pre-copy sends 100 bytes a second, the stop phase 1000.
        var moments = SameForAll(Evaluator());
        Assert.False(moments.Decide(At(0.1) with { BytesPerSecond = 100, SecondsSinceSync = 0.1 }));
        Assert.InRange(moments.ExactBelowBytes, 260, 300);

        // Of the device state, which is sent in any case, nothing is left for memory.
        moments.Decide(At(0.2) with { BytesPerSecond = 100, SecondsSinceSync = 0.2, StateBytes = 100 });
        Assert.InRange(moments.ExactBelowBytes, 260, 300);
        moments.Decide(At(0.3) with { BytesPerSecond = 100, SecondsSinceSync = 0.3, StateBytes = 400 });
        Assert.Equal(0, moments.ExactBelowBytes);
    }

    [Fact]
    public void What_will_have_been_written_until_then_is_taken_off()
    {
        var moments = SameForAll(Evaluator());
        moments.Decide(At(0.1));
        var before = moments.ExactBelowBytes;
        Assert.True(moments.Decide(SyncAt(0.5, 900) with { WrittenBytes = 80, RoundSeconds = 0.4 }));
        Assert.Equal(0, moments.ExactBelowBytes);
        moments.Decide(At(0.6, 800) with { SecondsSinceSync = 0.1 });

        // 0.1 s have passed since the sync, and 0.1 s more will.
        Assert.Equal(before - 40, moments.ExactBelowBytes, 1.0);
    }

    [Fact]
    public void Only_an_exact_count_is_decided_on()
    {
        var moments = SameForAll(Evaluator());
        moments.Decide(At(0.1, 100));
        Assert.True(double.IsNaN(moments.Last.BoundSeconds));
        moments.Decide(SyncAt(0.2, 100));
        Assert.Equal(0.1, moments.Last.PredictedSeconds, 1e-9);
        moments.Decide(At(0.3, 50));
        Assert.Equal(0.1, moments.Last.PredictedSeconds, 1e-9);
    }

    [Fact]
    public void Rough_moments_rest_on_their_own_blackouts_and_calm_ones_on_theirs()
    {
        var moments = OfTwoKinds(all: 1.5, calm: 1, rough: 2);
        Look(moments, 1, 1000);
        Assert.True(moments.LastIsCalm);
        Assert.InRange(moments.Last.BoundSeconds, 0.1, 0.12);

        // A rate that is low for once is no moment to rely on.
        Look(moments, 2, 100);
        Assert.False(moments.LastIsCalm);
        Assert.InRange(moments.Last.BoundSeconds, 0.2, 0.24);
        Look(moments, 3, 1000);
        Assert.True(moments.LastIsCalm);
    }

    [Fact]
    public void While_there_are_too_few_calm_blackouts_all_of_them_stand_in()
    {
        var moments = OfTwoKinds(all: 1.5, calm: null, rough: 2);
        Look(moments, 1, 1000);
        Assert.True(moments.LastIsCalm);
        Assert.InRange(moments.Last.BoundSeconds, 0.15, 0.18);
    }

    [Fact]
    public void While_there_are_too_few_rough_blackouts_beside_enough_calm_ones_a_rough_moment_has_no_bound()
    {
        var moments = OfTwoKinds(all: 1.5, calm: 1, rough: null);
        Look(moments, 1, 1000);
        Look(moments, 2, 100);
        Assert.False(moments.LastIsCalm);
        Assert.True(double.IsNaN(moments.Last.BoundSeconds));
        Assert.Equal(1, moments.Unbounded);
    }

    [Fact]
    public void Where_nobody_looked_at_the_link_all_blackouts_stand_for_either_kind()
    {
        var moments = OfTwoKinds(all: 1.5, calm: null, rough: null);
        Look(moments, 1, 1000);
        Assert.InRange(moments.Last.BoundSeconds, 0.15, 0.18);
        Look(moments, 2, 100);
        Assert.False(moments.LastIsCalm);
        Assert.InRange(moments.Last.BoundSeconds, 0.15, 0.18);
    }

    [Fact]
    public void What_the_migration_sees_of_the_link_is_counted_but_where_there_is_nothing_to_send()
    {
        var moments = SameForAll(Evaluator());
        for (var i = 1; i <= 10; i++)
        {
            moments.Decide(At(i) with { BytesPerSecond = i > 5 ? 1 : 1000, IsLinkIdle = i > 5 });
        }

        Assert.Equal([new LinkAge(-1, 5, 0)], moments.SeenOfLink);
    }

    [Fact]
    public void On_an_alternating_link_the_coming_rates_are_counted_in()
    {
        var moments = SameForAll(Evaluator());
        for (var slot = 0; slot < 150; slot++)
        {
            moments.Observe((slot - 149) * LinkWatch.ObservationSeconds, slot / 3 % 2 == 0 ? 1200 : 400);
        }

        // 100 bytes take 100 ms at the usual 800 bytes a second of this link (the stop phase's usual 1000 stands for it), and 67 ms in good slots.
        moments.Decide(SyncAt(0.01, 100));
        Assert.InRange(moments.Last.PredictedSeconds, 0.063, 0.07);
    }

    [Theory]
    [InlineData("earliest")]
    [InlineData("calmest")]
    public void Looking_at_a_moment_allocates_nothing(string name)
    {
        var moments = OfTwoKinds(all: 1, calm: 1, rough: 1);
        ISwitchoverRule rule = name == "earliest" ? new EarliestRule(moments) : new CalmestRule(moments, 100_000);
        var elapsed = 0.0;
        Consider(300);

        Assert.Equal(0, Allocations.Fewest(() => Consider(1000)));

        void Consider(int times)
        {
            for (var i = 0; i < times; i++)
            {
                elapsed += 0.1;
                rule.Consider(At(elapsed, 900) with { BytesPerSecond = i / 3 % 2 == 0 ? 1200 : 400, SecondsSinceSync = 0.1 });
                rule.Consider(SyncAt(elapsed, 900) with { WrittenBytes = 80, RoundSeconds = 0.2 });
            }
        }
    }

    private static void Look(RuleMoments moments, double elapsed, double bytesPerSecond)
    {
        moments.Decide(At(elapsed) with { BytesPerSecond = bytesPerSecond });
        moments.Decide(SyncAt(elapsed, 100));
    }
}
