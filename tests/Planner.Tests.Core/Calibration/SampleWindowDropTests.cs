using CsCheck;
using Planner.Estimators;
using Xunit;

namespace Planner.Tests.Calibration;

public sealed class SampleWindowDropTests
{
    /// <summary>Positive numbers are added; of others the remainder by 3 says what is dropped, and the size how many.</summary>
    [Fact]
    public void A_window_is_the_sorted_rest_of_what_was_added_and_dropped() =>
        Gen.Select(Gen.Int[1, 20], Gen.Int[-20, 60].Array[0, 200]).Sample((capacity, steps) =>
        {
            var window = new SampleWindow(capacity);
            var model = new List<double>();
            foreach (var step in steps)
            {
                var count = -step / 3;
                if (step > 0)
                {
                    window.Add(step);
                    model.Add(step);
                    model.RemoveRange(0, Math.Max(0, model.Count - capacity));
                }
                else if (step % 3 == 0)
                {
                    window.DropLatest(count);
                    model.RemoveRange(Math.Max(0, model.Count - count), Math.Min(count, model.Count));
                }
                else
                {
                    window.DropOldest(count);
                    model.RemoveRange(0, Math.Min(count, model.Count));
                }

                Assert.Equal(model.Order(), window.Sorted.ToArray());
            }
        });
}
