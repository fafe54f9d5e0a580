using Planner.Estimators;
using Planner.Learning;
using Planner.Policies;
using Planner.Simulation;
using Planner.Tests.Recordings;
using Xunit;

namespace Planner.Tests.Learning;

public sealed class GeneratorTrainingTests(ITestOutputHelper output)
{
    [Fact]
    public void Scratch()
    {
        foreach (var file in new[] { GeneratedExamples.Trained, Environment.GetEnvironmentVariable("COLD_FILE") is { } f ? File.ReadAllText(f) : GeneratedExamples.HeldOut })
        {
            for (ulong seed = 1; seed <= 3; seed++)
            {
                foreach (var (groups, rows) in new[] { (60, 5), (120, 5), (240, 5) })
                {
                    var clock = System.Diagnostics.Stopwatch.StartNew();
                    var examples = GeneratedExamples.Draw(file, seed, groups, rows);
                    var drawn = clock.ElapsedMilliseconds;
                    var model = ColdStartTrainer.Train(examples, new ColdStartOptions { Seed = 1 });
                    output.WriteLine($"{seed} {groups}x{rows} n={examples.Count} draw {drawn} train {clock.ElapsedMilliseconds - drawn}: {model.Judgement.Reason} {string.Join(" ", model.Judgement.Comparisons.Select(c => c.ErrorProbability.ToString("0.0000")))}");
                    var recorded = RecordingExamples.From(QemuFixtures.All);
                    output.WriteLine($"  recordings {recorded.Count}, covered {recorded.Count(e => model.Covers(e.Features))}");
                    if (groups == 120)
                    foreach (var e in recorded.Where((_, i) => i % 5 == 0)) output.WriteLine($"    {e.Group} actual {e.ActualSeconds} wire {e.Features.WireSeconds} guess {model.Guess(e.Features, 0.1)} {e.Features}");
                }
            }
        }
    }
}
