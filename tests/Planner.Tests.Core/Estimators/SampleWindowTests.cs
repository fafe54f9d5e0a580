using CsCheck;
using Planner.Estimators;
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
    public void A_window_made_from_samples_goes_on_like_one_they_were_added_to() =>
        Gen.Select(Gen.Double[0, 1].Array[0, 2100], Gen.Double[0, 1].Array[0, 200]).Sample(
            (first, then) =>
            {
                var made = SampleWindow.From(first);
                var added = new SampleWindow(Math.Max(SampleWindow.DefaultCapacity, first.Length));
                foreach (var value in first)
                {
                    added.Add(value);
                }

                foreach (var value in then)
                {
                    made.Add(value);
                    added.Add(value);
                }

                return made.Sorted.SequenceEqual(added.Sorted);
            },
            iter: 30);

    [Fact]
    public void The_median_is_the_middle_of_the_samples()
    {
        Assert.Equal(double.NaN, new SampleWindow().Median);
        Assert.Equal(2, SampleWindow.From([3, 1, 2]).Median);
        Assert.Equal(2.5, SampleWindow.From([4, 1, 2, 3]).Median);
    }

    [Fact]
    public void Adding_allocates_nothing()
    {
        var window = new SampleWindow(100);
        window.Add(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 500; i++)
        {
            window.Add(i * 7919 % 1000);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_sample_that_is_no_number_is_refused(double value) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SampleWindow().Add(value));
}
