using CsCheck;
using Planner.Estimators;
using Xunit;

namespace Planner.Tests.Estimators;

public class GridDistributionTests
{
    private static readonly Gen<double[]> Samples = Gen.Double[0, 1].Array[1, 40].Select(a => a.Order().ToArray());

    [Fact]
    public void Samples_are_rounded_up_to_the_grid() =>
        Assert.Equal([0.25, 0.5, 0, 0.25], Grid([0, 0.5, 1, 2.0001], 1).Mass.ToArray());

    [Fact]
    public void A_sum_of_two_dice_is_a_triangle()
    {
        var die = Grid([1, 2, 3, 4, 5, 6], 1);
        var sum = die.Plus(die).Mass;
        Assert.Equal(1.0 / 36, sum[2], 12);
        Assert.Equal(6.0 / 36, sum[7], 12);
        Assert.Equal(1.0 / 36, sum[12], 12);
    }

    [Fact]
    public void The_larger_of_two_dice_is_a_product_of_distribution_functions()
    {
        var die = Grid([1, 2, 3, 4, 5, 6], 1);
        var max = die.Max(die).Mass;
        Assert.Equal(1.0 / 36, max[1], 12);
        Assert.Equal(11.0 / 36, max[6], 12);
    }

    [Fact]
    public void Sum_and_maximum_do_not_depend_on_the_order() => Gen.Select(Samples, Samples).Sample((a, b) =>
    {
        var (x, y) = (Grid(a, 0.01), Grid(b, 0.01));
        Same(x.Plus(y), y.Plus(x));
        Same(x.Max(y), y.Max(x));
    });

    [Fact]
    public void A_sum_on_the_grid_is_never_below_the_true_sum() => Gen.Select(Samples, Samples).Sample((a, b) =>
    {
        var mass = Grid(a, 0.03).Plus(Grid(b, 0.03)).Mass.ToArray();
        var sums = a.SelectMany(x => b.Select(y => x + y)).ToArray();
        var atMost = 0.0;
        for (var cell = 0; cell < mass.Length; cell++)
        {
            atMost += mass[cell];
            Assert.True(atMost <= sums.Count(s => s <= cell * 0.03 + 1e-9) / (double)sums.Length + 1e-9);
        }

        Assert.Equal(1, atMost, 9);
    });

    [Fact]
    public void What_lies_beyond_the_grid_is_lost_from_it()
    {
        var grid = GridDistribution.FromSamples([1, 2, 3, 100], 1, 8);
        Assert.Equal(0.75, grid.Mass.ToArray().Sum(), 12);
        Assert.Equal(8, grid.Plus(grid).Mass.Length);
    }

    private static GridDistribution Grid(double[] sorted, double step) => GridDistribution.FromSamples(sorted, step, 4096);

    private static void Same(GridDistribution a, GridDistribution b)
    {
        Assert.Equal(a.Mass.Length, b.Mass.Length);
        for (var i = 0; i < a.Mass.Length; i++)
        {
            Assert.Equal(a.Mass[i], b.Mass[i], 12);
        }
    }
}
