using Planner.Estimators;
using Planner.Testing;
using Xunit;

namespace Planner.Tests.Estimators;

public sealed class DirtyTrackerTests
{
    private const double WorkingSet = 1e9;
    private const double TimeConstant = 8;

    [Fact]
    public void Each_phase_has_its_own_curve()
    {
        var tracker = new DirtyTracker();
        for (var seconds = 0.5; seconds < 60; seconds *= 1.3)
        {
            tracker.Add(DirtyPhase.PreCopy, seconds, Truth(seconds));
            tracker.Add(DirtyPhase.Throttled, seconds, Truth(seconds) / 4);
        }

        Assert.Equal(Truth(5), tracker.Curve(DirtyPhase.PreCopy)!.UniqueBytes(5), Truth(5) * 0.03);
        Assert.Equal(Truth(5) / 4, tracker.Curve(DirtyPhase.Throttled)!.UniqueBytes(5), Truth(5) * 0.01);
        Assert.Null(tracker.Curve(DirtyPhase.Idle));
    }

    [Fact]
    public void The_reachable_floor_is_where_a_round_dirties_as_much_as_it_sends()
    {
        var tracker = new DirtyTracker();
        for (var seconds = 0.5; seconds < 60; seconds *= 1.3)
        {
            tracker.Add(DirtyPhase.PreCopy, seconds, Truth(seconds));
        }

        var floor = tracker.ReachableFloorBytes(DirtyPhase.PreCopy, 100e6);

        Assert.Equal(floor, Truth(floor / 100e6), floor * 0.05);
        Assert.Equal(double.NaN, tracker.ReachableFloorBytes(DirtyPhase.Idle, 100e6));
    }

    [Fact]
    public void Between_syncs_what_became_dirty_since_is_added_to_what_is_unsent()
    {
        var tracker = new DirtyTracker();
        for (var i = 0; i < 10; i++)
        {
            tracker.Add(DirtyPhase.PreCopy, 1, 50e6);
        }

        Assert.Equal(57e6, tracker.RemainingBytes(DirtyPhase.PreCopy, 7e6, 1), 1e6);
        Assert.Equal(double.NaN, tracker.RemainingBytes(DirtyPhase.Idle, 7e6, 1));
    }

    [Fact]
    public void A_short_lull_does_not_pull_the_curve_down()
    {
        var tracker = new DirtyTracker();
        tracker.Add(DirtyPhase.PreCopy, 29, 320e6);
        for (var i = 0; i < 50; i++)
        {
            tracker.Add(DirtyPhase.PreCopy, 1.6, i % 20 == 19 ? 20e6 : 215e6);
        }

        tracker.Add(DirtyPhase.PreCopy, 0.6, 10e6);

        Assert.Equal(215e6, tracker.Curve(DirtyPhase.PreCopy)!.UniqueBytes(1.6), 15e6);
    }

    [Fact]
    public void A_new_workload_replaces_an_old_one_in_bounded_memory()
    {
        var tracker = new DirtyTracker();
        for (var i = 0; i < 2 * DirtyTracker.Capacity; i++)
        {
            tracker.Add(DirtyPhase.Idle, 1, i < DirtyTracker.Capacity ? 500e6 : 20e6);
        }

        Assert.Equal(DirtyTracker.Capacity, tracker.Count(DirtyPhase.Idle));
        Assert.Equal(20e6, tracker.Curve(DirtyPhase.Idle)!.UniqueBytes(1), 1e5);
    }

    [Fact]
    public void Telling_it_of_a_window_allocates_nothing()
    {
        var tracker = new DirtyTracker();
        tracker.Add(DirtyPhase.Idle, 1, 1);
        Assert.Equal(0, Allocations.Fewest(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                tracker.Add(DirtyPhase.Idle, 1, i);
            }
        }));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(double.NaN, 1)]
    [InlineData(1, -1)]
    [InlineData(1, double.PositiveInfinity)]
    public void Impossible_windows_are_refused(double seconds, double bytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new DirtyTracker().Add(DirtyPhase.Idle, seconds, bytes));

    private static double Truth(double seconds) => WorkingSet * -double.ExpM1(-seconds / TimeConstant);
}
