using CsCheck;
using Planner.Estimators;
using Planner.Testing;
using Xunit;

namespace Planner.Tests.Learning;

public sealed class FlatForestTests
{
    [Theory]
    [InlineData(2, 99, 1 + 2 - 1)]
    [InlineData(3, 20, 2 + 2 - 1)]
    [InlineData(3, 21, 3 + 2 - 1)]
    [InlineData(float.NaN, float.NaN, 3 + 2 - 1)]
    public void A_walk_goes_left_up_to_the_threshold_and_the_trees_add_up(float devices, float bytes, double expected)
    {
        var forest = new FlatForest(Forests.Arrays);

        Assert.Equal(expected, forest.Evaluate([devices, 0, bytes, 0, 0, 0, 0, 0, 0]));
        Assert.Equal((2, 2), (forest.TreeCount, forest.NodeCount));
    }

    [Fact]
    public void A_forest_without_trees_gives_its_bias() =>
        Assert.Equal(Math.Log(2), Forests.TwoSeconds.Forest.Evaluate(new float[BlackoutFeatures.Count]));

    [Fact]
    public void Another_number_of_features_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlatForest(Forests.Arrays).Evaluate([1, 2]));

    [Fact]
    public void An_evaluation_allocates_nothing()
    {
        var features = LearningExamples.Features(2, 1 << 20, 1e9);
        var forest = new FlatForest(Forests.Arrays);
        var values = new float[BlackoutFeatures.Count];
        var sum = 0.0;
        Assert.Equal(0, Allocations.Fewest(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                features.Write(values);
                sum += forest.Evaluate(values);
            }
        }));
        Assert.True(sum > 0);
    }

    public static TheoryData<string, FlatForestArrays> Broken() => new()
    {
        { "a node refers back to an earlier one", Forests.Arrays with { Right = [1, 0] } },
        { "a node refers back to an earlier one", Forests.Arrays with { Left = [0, ~1] } },
        { "two nodes refer to the same one", Forests.Arrays with { Left = [1, ~1] } },
        { "two nodes refer to the same one", Forests.Arrays with { Roots = [0, ~0] } },
        { "a node refers to one that does not exist", Forests.Arrays with { Right = [2, ~2] } },
        { "a node refers to one that does not exist", Forests.Arrays with { Roots = [0, ~4] } },
        { "a node refers to one that does not exist", Forests.Arrays with { Left = [~0, int.MinValue] } },
        { "a node refers to one that does not exist", Forests.Arrays with { Left = [~0, int.MaxValue] } },
        { "a node asks for a feature that does not exist", Forests.Arrays with { Features = [0, BlackoutFeatures.Count] } },
        { "a node asks for a feature that does not exist", Forests.Arrays with { Features = [0, -1] } },
        { "it holds a threshold that is not finite", Forests.Arrays with { Thresholds = [2, float.NaN] } },
        { "it holds a value that is not finite", Forests.Arrays with { Leaves = [1, 2, 3, double.PositiveInfinity] } },
        { "it holds a value that is not finite", Forests.Arrays with { Bias = double.NaN } },
        { "its leaves do not match its nodes in number", Forests.Arrays with { Leaves = [1, 2, 3] } },
        { "its trees and their weights differ in number", Forests.Arrays with { Weights = [1] } },
        { "the arrays of its nodes differ in length", Forests.Arrays with { Left = [~0] } },
        { "it has 65 features, and 1 to 64 are possible", Forests.Arrays with { FeatureCount = 65 } },
        { "it has 1001 trees, and at most 1000 are possible", Forests.Arrays with { Roots = new int[1001] } },
        { "it has 100001 nodes, and at most 100000 are possible", Forests.Arrays with { Features = new int[100_001] } },
    };

    [Theory]
    [MemberData(nameof(Broken), DisableDiscoveryEnumeration = true)]
    public void Arrays_that_are_no_forest_are_refused(string problem, FlatForestArrays arrays) =>
        Assert.Equal(problem, Assert.Throws<ModelFormatException>(() => new FlatForest(arrays)).Message);

    [Fact]
    public void Whatever_the_order_of_references_a_forest_that_was_made_ends_its_walks()
    {
        var (made, refused) = (0, 0);
        int[] references = [0, 1, 2, ~0, ~1, ~2, ~3, ~4];
        Gen.Select(Gen.Shuffle(references), Gen.Int[0, 2].Array[3]).Sample(
            (order, features) =>
            {
                try
                {
                    var forest = new FlatForest(new FlatForestArrays
                    {
                        FeatureCount = 3,
                        Bias = 0,
                        Roots = order[..2],
                        Weights = [1, 1],
                        Features = features,
                        Thresholds = [0, 0, 0],
                        Left = order[2..5],
                        Right = order[5..],
                        Leaves = [1, 2, 3, 4, 5],
                    });
                    Interlocked.Increment(ref made);
                    return forest.Evaluate([-1, 0, 1]) is >= 2 and <= 10;
                }
                catch (ModelFormatException)
                {
                    Interlocked.Increment(ref refused);
                    return true;
                }
            },
            iter: 1000);
        Assert.True(made > 0 && refused > 0, $"{made} made, {refused} refused");
    }
}
