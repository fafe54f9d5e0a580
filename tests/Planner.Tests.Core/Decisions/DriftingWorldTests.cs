using System.Text.Json;
using Planner.Documents;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Decisions;

/// <summary>The whole way from a blackout to the next decision, in a world that changes.</summary>
public class DriftingWorldTests
{
    private const double NoLimit = 1e6;
    private const int Block = 200;

    /// <summary>Scores with a scatter of 10 %. Every seed is another world; what must hold in each is checked for 20 of them.</summary>
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_sudden_step_is_said_within_a_few_commits_and_missed_a_few_times(int seed)
    {
        var random = new Random(seed);
        var commits = new Commits(NoLimit, Scores(random, 400));
        Assert.False(commits.Decide(0.1).IsRecalibrating);

        var missed = new List<bool>();
        var said = -1;
        for (var i = 0; i < 1000; i++)
        {
            missed.Add(Commit(commits, random, 2.5));
            said = said < 0 && commits.Decide(0.1).IsRecalibrating ? i + 1 : said;
        }

        Assert.InRange(said, 1, 7);
        Assert.InRange(missed.Take(50).Count(m => m), 1, 6);
        Assert.InRange(Commits.WorstBlock(missed, Block), 1, 8);
        Assert.False(commits.Decide(0.1).IsRecalibrating);
        Assert.InRange(commits.Decide(0.1).BoundSeconds, 0.25, 0.25 * 1.6);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_slow_rise_is_followed(int seed)
    {
        foreach (var length in new[] { 50, 200, 800 })
        {
            var random = new Random(seed);
            var commits = new Commits(NoLimit, Scores(random, 400));
            var missed = new List<bool>();
            for (var i = 0; i < length + Block; i++)
            {
                missed.Add(Commit(commits, random, Math.Pow(2.5, Math.Min(1, (double)i / length))));
            }

            var worst = Commits.WorstBlock(missed, Block);
            Assert.True(worst <= 12, $"{worst} of {Block} commits exceeded their bound while scores rose to 2.5 times over {length}");
        }
    }

    [Fact]
    public void A_decision_that_rests_on_a_change_says_that_it_recalibrates_and_until_when()
    {
        var random = new Random(3);
        var commits = new Commits(NoLimit, Scores(random, 400));
        Assert.DoesNotContain("recalibrating", DecisionJson.WriteDecision(commits.Explain(0.1)), StringComparison.Ordinal);
        for (var i = 0; i < 10; i++)
        {
            Commit(commits, random, 2.5);
        }

        var explained = commits.Explain(0.1);
        using var json = JsonDocument.Parse(DecisionJson.WriteDecision(explained));
        var blackout = json.RootElement.GetProperty("blackout");
        Assert.Equal(["p50Seconds", "boundSeconds", "missProbability", "method", "recalibrating"], blackout.EnumerateObject().Select(p => p.Name));
        Assert.True(blackout.GetProperty("recalibrating").GetBoolean());
        Assert.Matches("^Commit: .* fits the limit of .*; recalibrating: blackouts have become longer of late than predicted, and the bound is wider for the next [0-9]+ of them[.]$", explained.Reason);

        var left = int.Parse(explained.Reason.Split("next ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        for (var i = 0; i < left; i++)
        {
            Assert.True(commits.Explain(0.1).Blackout.Recalibrating);
            Commit(commits, random, 2.5);
        }

        Assert.False(commits.Explain(0.1).Blackout.Recalibrating);
    }

    /// <summary>Machines of 50 to 300 ms under a limit of 500 ms. At a score of 1 all fit, at 2.5 only those below some 150 ms: these go on, and
    /// what they teach lets the others go as soon as the world is calm again.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Commits_become_fewer_when_the_world_slows_and_resume_when_it_calms(int seed)
    {
        const double Limit = 0.5;
        var random = new Random(seed);
        var commits = new Commits(Limit, Scores(random, 400));
        var overLimit = new List<bool>();

        double TakenOf(int machines, double level)
        {
            var taken = 0;
            for (var i = 0; i < machines; i++)
            {
                var decision = commits.Decide(0.05 + 0.25 * random.NextDouble());
                if (decision.Verdict == Verdict.Commit)
                {
                    taken++;
                    var actual = decision.PredictedSeconds * level * Math.Exp(0.1 * Snapshots.Normal(random));
                    overLimit.Add(actual > Limit);
                    commits.Learn(decision, actual);
                }
            }

            return (double)taken / machines;
        }

        Assert.InRange(TakenOf(200, 1), 0.95, 1);
        TakenOf(50, 2.5);
        Assert.InRange(TakenOf(300, 2.5), 0.2, 0.5);
        TakenOf(150, 1);
        Assert.InRange(TakenOf(200, 1), 0.95, 1);

        // Only machines near the limit feel a bound that is missed.
        Assert.InRange(Commits.WorstBlock(overLimit, Block), 0, 6);
    }

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.99)]
    public void Whatever_was_measured_there_is_a_bound_once_there_are_enough_blackouts(double confidence)
    {
        foreach (var seed in Enumerable.Range(1, 40))
        {
            // Level after level, each of a random length and height: alarm upon alarm.
            var random = new Random(seed);
            var commits = new Commits(NoLimit, Scores(random, 99), confidence);
            for (var level = 1.0; commits.Evaluator.Snapshot.PastBlackouts.Count < 700; level *= Math.Exp(Snapshots.Normal(random)))
            {
                for (var i = random.Next(1, 60); i > 0; i--)
                {
                    Commit(commits, random, level);
                    var decision = commits.Decide(0.1);
                    Assert.Equal(BoundMethod.Direct, decision.Method);
                    Assert.True(decision.BoundSeconds is > 0 and < 1e29, $"seed {seed}: {decision.BoundSeconds} s");
                    Assert.InRange(decision.P50Seconds, 0, decision.BoundSeconds);
                }
            }
        }
    }

    private static bool Commit(Commits commits, Random random, double level)
    {
        var decision = commits.Decide(0.05 + 0.25 * random.NextDouble());
        Assert.Equal(Verdict.Commit, decision.Verdict);
        var actual = decision.PredictedSeconds * level * Math.Exp(0.1 * Snapshots.Normal(random));
        commits.Learn(decision, actual);
        return actual > decision.BoundSeconds;
    }

    private static IEnumerable<double> Scores(Random random, int count) => Enumerable.Range(0, count).Select(_ => Math.Exp(0.1 * Snapshots.Normal(random)));
}
