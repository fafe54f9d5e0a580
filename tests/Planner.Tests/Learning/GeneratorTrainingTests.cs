using Planner.Estimators;
using Planner.Learning;
using Planner.Simulation;
using Planner.Tests.Recordings;
using Xunit;

namespace Planner.Tests.Learning;

public sealed class GeneratorTrainingTests(ITestOutputHelper output)
{
    [Fact]
    public void Scratch()
    {
        var recorded = RecordingExamples.From(QemuFixtures.All);
        var external = Environment.GetEnvironmentVariable("COLD_FILE");
        foreach (var (name, file) in new[] { ("trained", GeneratedExamples.Trained), ("bytes", GeneratedExamples.BytesAlone), ("heldout", GeneratedExamples.HeldOut), ("external", external is null ? "" : File.ReadAllText(external)) }.Where(f => f.Item2 != ""))
        {
            for (ulong seed = 1; seed <= 4; seed++)
            {
                foreach (var groups in new[] { 60, 150, 300 })
                {
                    var examples = GeneratedExamples.Draw(file, seed, groups);
                    var model = ColdStartTrainer.Train(examples, new ColdStartOptions { Seed = 1 });
                    output.WriteLine($"{name} {seed} {groups} n={examples.Count} {model.Judgement.IsAccepted} {string.Join(" ", model.Judgement.Comparisons.Select(c => $"{c.Level} {c.LearnedLoss:0.000}/{c.SimpleLoss:0.000} p {c.ErrorProbability:0.0000};"))} {model.Judgement.Reason[..60]}");
                    Compare("  recorded", model, recorded, examples);
                    if (name == "trained")
                    {
                        Compare("  held out", model, GeneratedExamples.Draw(GeneratedExamples.HeldOut, 1000 + seed, 100), examples);
                    }
                }
            }
        }
    }

    private void Compare(string name, ColdStartModel model, IReadOnlyList<ColdStartExample> test, IReadOnlyList<ColdStartExample> fitted)
    {
        var bytes = new BytesPredictor(fitted);
        var constant = new MedianPredictor(fitted);
        var covered = test.Where(e => model.Covers(e.Features)).ToList();
        if (covered.Count == 0)
        {
            output.WriteLine($"{name}: 0 of {test.Count} covered");
            return;
        }

        double Error(Func<ColdStartExample, double> guess) => covered.Average(e => Math.Abs(Math.Log(e.ActualSeconds / guess(e))));
        var inside = covered.Count(e => e.ActualSeconds <= model.Guess(e.Features, 0.1)!.Value.BoundSeconds) / (double)covered.Count;
        output.WriteLine($"{name}: {covered.Count} of {test.Count}, error {Error(e => model.Guess(e.Features, 0.1)!.Value.P50Seconds):0.000} bytes {Error(e => bytes.Seconds(e.Features)):0.000} constant {Error(e => constant.Seconds(e.Features)):0.000}, coverage {inside:0.000}");
    }
}
