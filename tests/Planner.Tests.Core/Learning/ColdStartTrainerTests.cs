using Microsoft.ML.Data;
using Planner.Documents;
using Planner.Estimators;
using Planner.Learning;
using Xunit;

namespace Planner.Tests.Learning;

public sealed class ColdStartTrainerTests(ITestOutputHelper output)
{
    private const double FourHundredMiB = 400 << 20;

    private static readonly ColdStartOptions Options = new() { Seed = 7, At = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero) };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_model_that_beats_the_byte_formula_on_unseen_configurations_is_accepted(int seed)
    {
        var model = ColdStartTrainer.Train(LearningExamples.ArcsThatCount(seed), Options);

        output.WriteLine(model.Judgement.Reason);
        Assert.True(model.Judgement.IsAccepted);
        Assert.StartsWith("Accepted: on 60 groups that it had not seen it beats every simple estimator, with an error probability of at most 5 %; at 50 % its loss is 0.", model.Judgement.Reason, StringComparison.Ordinal);
        Assert.Equal(4, model.Judgement.Comparisons.Count);
        Assert.All(model.Judgement.Comparisons, c => Assert.True(c.LearnedLoss < c.SimpleLoss && c.ErrorProbability <= 0.05));
        Assert.Equal(300, model.Origin.TrainedRows + model.Origin.CalibrationRows);
        Assert.Equal((60, 7, Options.At), (model.Origin.Groups, model.Origin.Seed, model.Origin.CreatedAt));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_model_that_loses_to_the_byte_formula_is_refused_with_its_figures(int seed)
    {
        var model = ColdStartTrainer.Train(LearningExamples.BytesAlone(seed), Options);

        output.WriteLine(model.Judgement.Reason);
        Assert.False(model.Judgement.IsAccepted);
        Assert.StartsWith("Refused: on 12 groups that it had not seen it is not shown to beat the byte formula with a constant at ", model.Judgement.Reason, StringComparison.Ordinal);
        Assert.Contains(model.Judgement.Comparisons, c => c.Against == "byte formula with a constant" && c.LearnedLoss > c.SimpleLoss);
    }

    [Fact]
    public void Four_devices_take_two_seconds_though_their_bytes_need_34_milliseconds()
    {
        var model = ColdStartTrainer.Train(LearningExamples.ArcsThatCount(2, groups: 120), Options);
        var features = LearningExamples.Features(4, FourHundredMiB, 12.4e9);

        var guess = model.Guess(features, 0.1)!.Value;

        output.WriteLine($"wire {features.WireSeconds} s, guess {guess}");
        Assert.Equal(0.034, features.WireSeconds, 0.001);
        Assert.InRange(guess.P50Seconds, 2.1 / 1.35, 2.1 * 1.35);
        Assert.True(guess.BoundSeconds > 2.1);
    }

    [Fact]
    public void The_margin_covers_configurations_that_were_never_seen()
    {
        var model = ColdStartTrainer.Train(LearningExamples.ArcsThatCount(3), Options);
        var unseen = LearningExamples.ArcsThatCount(1003, groups: 200, rows: 1).Where(e => model.Covers(e.Features)).ToList();

        var covered = unseen.Count(e => e.ActualSeconds <= model.Guess(e.Features, 0.1)!.Value.BoundSeconds) / (double)unseen.Count;

        output.WriteLine($"covered {covered:0.000} of {unseen.Count}");
        Assert.True(unseen.Count > 100);
        Assert.InRange(covered, 0.8, 1);
    }

    [Fact]
    public void The_flat_arrays_give_what_the_library_gives_bit_for_bit()
    {
        var examples = LearningExamples.ArcsThatCount(4, groups: 40);
        var (context, library) = ForestTrainer.Fit(examples, Options);
        var forest = ForestTrainer.Export(library.Model);
        var rows = LearningExamples.ArcsThatCount(1004).Select(FeatureRow.From).ToArray();

        var scores = library.Transform(context.Data.LoadFromEnumerable(rows)).GetColumn<float>("Score").ToArray();

        Assert.Equal(300, scores.Length);
        Assert.Equal(scores, rows.Select(r => (float)forest.Evaluate(r.Features)));
        Assert.True(forest is { TreeCount: 100, NodeCount: > 500 });
    }

    [Fact]
    public void The_same_examples_and_seed_give_the_same_model()
    {
        var examples = LearningExamples.ArcsThatCount(5, groups: 20);

        Assert.Equal(ColdStartModelText.Write(ColdStartTrainer.Train(examples, Options)), ColdStartModelText.Write(ColdStartTrainer.Train(examples, Options)));
        Assert.NotEqual(ColdStartModelText.Write(ColdStartTrainer.Train(examples, Options)), ColdStartModelText.Write(ColdStartTrainer.Train(examples, Options with { Seed = 8 })));
    }

    [Fact]
    public void Too_few_groups_are_no_reason_to_fail_but_to_refuse()
    {
        var model = ColdStartTrainer.Train(LearningExamples.ArcsThatCount(6, groups: 9), Options);

        Assert.False(model.Judgement.IsAccepted);
        Assert.Equal("Refused: 9 groups of examples are too few to hold some back, and 10 are needed.", model.Judgement.Reason);
    }

    [Fact]
    public void Too_few_examples_for_a_margin_are_a_reason_to_refuse()
    {
        var model = ColdStartTrainer.Train(LearningExamples.ArcsThatCount(6, groups: 10, rows: 1), Options);

        Assert.Equal("Refused: a fifth of the groups has 2 examples, and a margin at 90 % needs 9.", model.Judgement.Reason);
    }

    [Fact]
    public void A_model_says_nothing_where_it_was_not_trained()
    {
        var model = ColdStartTrainer.Train(LearningExamples.ArcsThatCount(7, groups: 20), Options);

        Assert.NotNull(model.Guess(LearningExamples.Features(4, FourHundredMiB, 5e9), 0.1));
        Assert.Null(model.Guess(LearningExamples.Features(16, FourHundredMiB, 5e9), 0.1));
        Assert.Null(model.Guess(LearningExamples.Features(4, FourHundredMiB, double.NaN), 0.1));
        Assert.Null(model.Guess(LearningExamples.Features(4, FourHundredMiB, 5e9) with { RamRemainingBytes = 1 << 30 }, 0.1));
    }

    [Fact]
    public void Impossible_examples_are_refused_with_a_sentence()
    {
        var one = LearningExamples.ArcsThatCount(8, groups: 1);

        Assert.StartsWith("There are 0 examples: give 1 to 100000.", Refusal([]), StringComparison.Ordinal);
        Assert.StartsWith("All examples are of one group: give at least two", Refusal(one), StringComparison.Ordinal);
        Assert.StartsWith("A blackout of NaN s in group 'x' is impossible", Refusal([new ColdStartExample(default, double.NaN, "x")]), StringComparison.Ordinal);
    }

    private static string Refusal(IReadOnlyList<ColdStartExample> examples) =>
        Assert.Throws<ArgumentException>(() => ColdStartTrainer.Train(examples, Options)).Message;
}
