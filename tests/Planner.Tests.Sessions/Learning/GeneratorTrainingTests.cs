using System.Collections.Concurrent;
using Planner.Cli;
using Planner.Estimators;
using Planner.Learning;
using Xunit;

namespace Planner.Tests.Learning;

/// <summary>Models that are trained and judged on the generator, whose truth is known.</summary>
public sealed class GeneratorTrainingTests(ITestOutputHelper output)
{
    private const int Seeds = 2;
    private const int FewGroups = 300;
    private const int ManyGroups = 1000;

    private static readonly ConcurrentDictionary<(string Workloads, int Groups, int Seed), Lazy<(IReadOnlyList<ColdStartExample> Examples, ColdStartModel Model)>> Trained = [];

    public static TheoryData<int> AllSeeds() => [.. Enumerable.Range(1, Seeds)];

    [Theory]
    [MemberData(nameof(AllSeeds))]
    public void Where_devices_take_long_the_model_beats_every_simple_estimator_on_machines_it_has_not_seen_and_is_accepted(int seed)
    {
        var judgement = Train(GeneratedExamples.Trained, ManyGroups, seed).Model.Judgement;

        output.WriteLine(judgement.Reason);
        Assert.True(judgement.IsAccepted, judgement.Reason);
        Assert.All(judgement.Comparisons, c => Assert.True(c.LearnedLoss < c.SimpleLoss));
    }

    [Theory]
    [MemberData(nameof(AllSeeds))]
    public void Where_the_bytes_are_the_whole_truth_the_model_loses_to_the_byte_formula_and_is_refused(int seed)
    {
        var judgement = Train(GeneratedExamples.BytesAlone, FewGroups, seed).Model.Judgement;

        output.WriteLine(judgement.Reason);
        Assert.False(judgement.IsAccepted, judgement.Reason);
        Assert.Contains("it is not shown to beat the byte formula with a constant at ", judgement.Reason, StringComparison.Ordinal);
        Assert.True(judgement.Comparisons[0].LearnedLoss > judgement.Comparisons[0].SimpleLoss);
    }

    [Fact]
    public void On_kinds_of_devices_that_it_was_never_trained_on_the_model_is_better_than_the_simple_estimators_and_its_bound_holds()
    {
        double learned = 0, bytes = 0, constant = 0, covered = 0, bounded = 0;
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var (examples, model) = Train(GeneratedExamples.Trained, ManyGroups, seed);
            var unseen = GeneratedExamples.Draw(GeneratedExamples.HeldOut, 1000 + (ulong)seed, FewGroups).Where(e => model.Covers(e.Features)).ToList();
            var (byBytes, byConstant) = (new BytesPredictor(examples), new MedianPredictor(examples));
            double[] errors =
            [
                unseen.Average(e => Error(e, model.Guess(e.Features, 0.1)!.Value.P50Seconds)),
                unseen.Average(e => Error(e, byBytes.Seconds(e.Features))),
                unseen.Average(e => Error(e, byConstant.Seconds(e.Features))),
            ];
            var held = unseen.Count(e => e.ActualSeconds <= model.Guess(e.Features, 0.1)!.Value.BoundSeconds) / (double)unseen.Count;
            output.WriteLine($"seed {seed}: {unseen.Count} of 600 covered; mean |ln error| learned {errors[0]:0.000}, bytes {errors[1]:0.000}, constant {errors[2]:0.000}; bound held {held:0.000}");
            (learned, bytes, constant) = (learned + errors[0], bytes + errors[1], constant + errors[2]);
            (covered, bounded) = (covered + unseen.Count, bounded + held);
        }

        Assert.True(learned < bytes && learned < constant);
        Assert.True(covered > 0.9 * Seeds * 600);
        Assert.InRange(bounded / Seeds, 0.85, 1);
    }

    private static double Error(ColdStartExample example, double guess) => Math.Abs(Math.Log(example.ActualSeconds / guess));

    private static (IReadOnlyList<ColdStartExample> Examples, ColdStartModel Model) Train(string workloads, int groups, int seed) =>
        Trained.GetOrAdd((workloads, groups, seed), key => new(() =>
        {
            var examples = GeneratedExamples.Draw(key.Workloads, (ulong)key.Seed, key.Groups);
            return (examples, ColdStartTrainer.Train(examples, ColdStartTraining.Options(examples.Count) with { Seed = key.Seed }));
        })).Value;
}
