using CsCheck;
using Planner.Estimators;
using Planner.Testing;
using Xunit;

namespace Planner.Tests.Estimators;

public class SampleWindowTests
{
    [Fact]
    public void A_window_is_always_the_sorted_latest_samples() =>
        Gen.Select(Gen.Int[1, 12], Gen.Int[0, 9].Select(i => (double)i).List[0, 60]).Sample((capacity, values) =>
        {
            var window = new SampleWindow(capacity);
            values.ForEach(window.Add);
            return window.Sorted.SequenceEqual(values.TakeLast(capacity).Order().ToArray());
        });

    [Fact]
    public void What_a_window_holds_at_a_moment_never_changes() =>
        Gen.Select(Gen.Int[1, 300], Gen.Double[0, 1].Array[0, 400], Gen.Double[0, 1].Array[0, 400], Gen.Bool).Sample(
            (capacity, first, then, isRead) =>
            {
                var window = new SampleWindow(capacity);
                Array.ForEach(first, window.Add);
                var median = isRead ? window.Median : 0;
                var now = window.Now;
                Array.ForEach(then, window.Add);

                Assert.Equal(first.TakeLast(capacity), now);
                Assert.Equal(first.TakeLast(capacity).Order(), now.Sorted.ToArray());
                Assert.Equal(first.Concat(then).TakeLast(capacity), window.Now);
                return isRead ? median.Equals(now.Median) : window.Sorted.SequenceEqual(first.Concat(then).TakeLast(capacity).Order().ToArray());
            },
            iter: 100);

    [Fact]
    public void It_is_copied_once() =>
        Assert.True(new SampleWindow() is var window && ReferenceEquals(window.Now, window.Now));

    [Fact]
    public void The_median_is_the_middle_of_the_samples()
    {
        Assert.Equal(double.NaN, new SampleWindow().Median);
        Assert.Equal(2, Samples.Of([3, 1, 2]).Median);
        Assert.Equal(2.5, Samples.Of([4, 1, 2, 3]).Median);
    }

    [Fact]
    public void Adding_to_a_full_window_allocates_nothing()
    {
        var window = new SampleWindow(100);
        for (var i = 0; i < 100; i++)
        {
            window.Add(i);
        }

        Assert.Equal(49.5, window.Median);
        Assert.Equal(0, Allocations.Fewest(() =>
        {
            for (var i = 0; i < 500; i++)
            {
                window.Add(i * 7919 % 1000);
            }
        }));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_sample_that_is_no_number_is_refused(double value) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SampleWindow().Add(value));

    [Fact]
    public void Samples_that_are_multiplied_or_inverted_stay_in_both_orders() =>
        Gen.Double[0.1, 10].Array[0, 50].Sample(values =>
        {
            var samples = Samples.Of(values);
            Assert.Equal(values.Select(v => v * 3), samples.Times(3));
            Assert.Equal(values.Select(v => v * 3).Order(), samples.Times(3).Sorted.ToArray());
            Assert.Equal(values.Select(v => 1 / v), samples.Inverse());
            Assert.Equal(values.Select(v => 1 / v).Order(), samples.Inverse().Sorted.ToArray());
            Assert.Same(samples, Samples.Of(samples));
        });
}
