using CsCheck;
using Planner.Estimators;
using Xunit;

namespace Planner.Tests.Estimators;

public class DirtyCurveTests
{
    private static readonly double[] Lengths = [0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6, 12, 25, 50];

    [Fact]
    public void Without_a_window_there_is_no_curve() => Assert.Null(DirtyCurve.Fit([]));

    [Fact]
    public void A_known_mix_is_recovered_within_the_windows() =>
        Gen.Select(Gen.Double[1e6, 1e9], Gen.Double[0.05, 2], Gen.Double[1e6, 4e9], Gen.Double[3, 60]).Sample(
            (small, fast, large, slow) =>
            {
                double Truth(double t) => small * (1 - Math.Exp(-t / fast)) + large * (1 - Math.Exp(-t / slow));
                var curve = Fit(Lengths.Select(t => (t, Truth(t))));
                foreach (var t in new[] { 0.07, 0.3, 1.1, 5, 20, 45 })
                {
                    Assert.InRange(curve.UniqueBytes(t) / Truth(t), 0.97, 1.03);
                }
            },
            iter: 50);

    [Fact]
    public void Noise_of_a_tenth_leaves_the_curve_within_a_tenth()
    {
        var random = new Random(3);
        double Truth(double t) => 64e6 * (1 - Math.Exp(-t / 0.5)) + 1e9 * (1 - Math.Exp(-t / 20));
        var curve = Fit(Enumerable.Range(0, 300).Select(i => Lengths[i % Lengths.Length]).Select(t => (t, Truth(t) * (0.9 + 0.2 * random.NextDouble()))));
        foreach (var t in new[] { 0.07, 0.3, 1.1, 5, 20, 45 })
        {
            Assert.InRange(curve.UniqueBytes(t) / Truth(t), 0.9, 1.1);
        }
    }

    [Fact]
    public void A_curve_never_falls_and_never_bends_upwards_whatever_the_windows_say() =>
        Gen.Select(Gen.Double[1e-3, 100], Gen.Double[0, 1e10]).List[1, 30].Sample(
            windows =>
            {
                var curve = Fit(windows);
                var times = Enumerable.Range(0, 60).Select(i => i * 5.0).ToArray();
                for (var i = 2; i < times.Length; i++)
                {
                    var (a, b, c) = (curve.UniqueBytes(times[i - 2]), curve.UniqueBytes(times[i - 1]), curve.UniqueBytes(times[i]));
                    Assert.True(b >= a * (1 - 1e-9) && c >= b * (1 - 1e-9));
                    Assert.True(c - b <= b - a + 1e-6 * c);
                }
            },
            iter: 50);

    [Fact]
    public void Beyond_the_longest_window_the_curve_is_above_the_truth()
    {
        double Truth(double t) => 1e9 * (1 - Math.Exp(-t / 20));
        var curve = Fit(new[] { 1.0, 2, 4, 8 }.Select(t => (t, Truth(t))));
        Assert.True(curve.UniqueBytes(60) >= Truth(60));
    }

    [Fact]
    public void The_rate_is_the_slope_of_the_curve()
    {
        var curve = Fit(Lengths.Select(t => (t, 1e9 * (1 - Math.Exp(-t / 5)))));
        foreach (var t in new[] { 0.2, 1.0, 10 })
        {
            var slope = (curve.UniqueBytes(t + 1e-4) - curve.UniqueBytes(t - 1e-4)) / 2e-4;
            Assert.Equal(slope, curve.UniqueBytesPerSecond(t), slope * 1e-3 + 1);
        }
    }

    [Fact]
    public void The_reachable_floor_is_the_fixed_point_of_the_rounds()
    {
        var curve = Fit(Lengths.Select(t => (t, 1e9 * (1 - Math.Exp(-t / 2)))));
        const double Rate = 200e6;
        var floor = curve.ReachableFloorBytes(Rate);
        Assert.Equal(floor, curve.UniqueBytes(floor / Rate), floor * 1e-6);

        var remaining = 5e9;
        for (var round = 0; round < 400; round++)
        {
            remaining = curve.UniqueBytes(remaining / Rate);
        }

        Assert.Equal(floor, remaining, floor * 1e-3);
    }

    [Fact]
    public void The_floor_is_nothing_for_a_machine_that_writes_slower_than_the_link()
    {
        var curve = Fit(Lengths.Select(t => (t, 10e6 * (1 - Math.Exp(-t / 2)))));
        Assert.Equal(0, curve.ReachableFloorBytes(1e9));
    }

    [Fact]
    public void The_floor_is_endless_where_the_writes_never_saturate()
    {
        var curve = Fit(new[] { 1.0, 2, 4 }.Select(t => (t, 500e6 * t)));
        Assert.Equal(double.PositiveInfinity, curve.ReachableFloorBytes(100e6));
    }

    private static DirtyCurve Fit(IEnumerable<(double Seconds, double UniqueBytes)> windows) => DirtyCurve.Fit([.. windows])!;
}
