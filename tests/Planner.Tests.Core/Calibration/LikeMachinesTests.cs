using System.Globalization;
using System.Runtime.InteropServices;
using Planner.Estimators;
using Planner.Evidence;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Calibration;

/// <summary>A bound for a machine that was never seen, from groups of machines like it that differ: what it keeps, what all their scores together would not, and what that
/// costs in moments that would have fitted. The table is the one of docs/calibration.md.</summary>
public class LikeMachinesTests
{
    private const double AllowedMisses = 0.1;
    private const int Repetitions = 2000;
    private const double Scatter = 0.15;
    private const int FirstOwn = 0;
    private const int Large = 60;
    private const int Many = 200;

    private static readonly BlackoutSpan Whole = BlackoutSpan.Whole;

    /// <summary>The kinds of worlds: how many groups, by how much they differ (the standard deviation of the logarithm of their levels), and whether one of them was
    /// rehearsed sixty times.</summary>
    private static readonly (int Groups, double Differ, bool OneLarge)[] Worlds = [(20, 0.3, false), (20, 0.3, true), (20, 0.6, true), (40, 0.6, true), (9, 0.6, true), (20, 0, false)];

    [Fact]
    public void A_new_machine_exceeds_the_bound_of_the_groups_in_at_most_the_allowed_share_and_the_bound_of_all_together_in_more()
    {
        foreach (var world in Worlds)
        {
            var outcome = Try(world.Groups, world.Differ, world.OneLarge, FirstOwn);
            Assert.True(outcome.Exceeded <= 0.12, $"{world}: exceeded in {outcome.Exceeded:P1}");
            Assert.True(!world.OneLarge || outcome.PooledExceeded > 1.5 * outcome.Exceeded, $"{world}: pooled exceeded in {outcome.PooledExceeded:P1}");
        }
    }

    [Fact]
    public void It_holds_as_well_for_the_next_blackouts_until_the_machine_has_enough_of_its_own()
    {
        foreach (var own in new[] { 1, 4, 8 })
        {
            var outcome = Try(20, 0.6, oneLarge: true, own);
            Assert.True(outcome.Exceeded <= 0.12, $"after {own} of its own: exceeded in {outcome.Exceeded:P1}");
        }
    }

    [Fact]
    public void The_table_of_the_documentation_is_what_comes_out()
    {
        var documented = File.ReadAllText(Path.Combine(Repository.Root, "docs", "calibration.md"));
        var rows = Worlds.Select(world =>
        {
            var o = Try(world.Groups, world.Differ, world.OneLarge, FirstOwn);
            return string.Create(
                CultureInfo.InvariantCulture,
                $"| {world.Groups} | {world.Differ:0.0} | {(world.OneLarge ? "yes" : "no")} | {100 * o.Exceeded:0.0} | {100 * o.PooledExceeded:0.0} | {o.PooledExceeded / o.Exceeded:0.0} | {o.Width:0.00} | {o.Taken(1.5)} | {o.Taken(3)} |");
        });
        var missing = rows.Where(row => !documented.Contains(row, StringComparison.Ordinal));
        Assert.True(!missing.Any(), $"docs/calibration.md lacks\n{string.Join('\n', missing)}");
    }

    [Theory]
    [InlineData(0.1, 9)]
    [InlineData(0.01, 99)]
    public void It_takes_one_over_a_minus_one_groups_however_many_blackouts_each_has(double allowedMisses, int need)
    {
        Assert.False(Table(need - 1).IsSupported);
        Assert.True(Table(need).IsSupported);
        Assert.True(Table(need).IsOfGroups);
        Assert.Equal(need, Table(need).Need);

        ScoreTable Table(int groups)
        {
            var memory = new EvidenceMemory();
            for (var group = 0; group < groups; group++)
            {
                Add(memory, $"group {group}", Enumerable.Repeat(1.0 + group, 150));
            }

            return memory.View(allowedMisses).OfLikeMachines(New, Whole, allowedMisses).TableOfGroups(allowedMisses);
        }
    }

    private static EvidenceKey New { get; } = new("nic", "on the new host pair");

    /// <summary>Draws groups and the new machine anew, again and again: each group has a level, and scores scatter about it. A group has one to three blackouts more than the
    /// new machine.</summary>
    private static Outcome Try(int groups, double differ, bool oneLarge, int own)
    {
        var random = new Random(18);
        var outcome = new Outcome();
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            var memory = new EvidenceMemory();
            var all = new List<double>();
            for (var group = 0; group < groups; group++)
            {
                var scores = Scores(random, differ, oneLarge && group == 0 ? Large : own + 1 + random.Next(3));
                Add(memory, $"group {group}", scores);
                all.AddRange(scores);
            }

            var machine = Scores(random, differ, own + 1 + Many);
            Add(memory, New.Place, machine[..own]);
            var table = memory.View(AllowedMisses).OfLikeMachines(New, Whole, AllowedMisses).TableOfGroups(AllowedMisses);

            // What one class for all would have, and what the machine would have once it is known.
            random.Shuffle(CollectionsMarshal.AsSpan(all));
            var pooled = new BlackoutScores(all).Build(AllowedMisses);
            var known = new BlackoutScores(machine[(own + 1)..]).Build(AllowedMisses);
            outcome.Add(machine[own], table.Bound, pooled.Bound, known.Bound);
        }

        return outcome;
    }

    private static double[] Scores(Random random, double differ, int count)
    {
        var level = differ * Normal(random);
        return [.. Enumerable.Range(0, count).Select(_ => Math.Exp(level + Scatter * Normal(random)))];
    }
    private static void Add(EvidenceMemory memory, string place, IEnumerable<double> scores)
    {
        foreach (var score in scores)
        {
            memory.Add(new BlackoutSample(new EvidenceKey("nic", place).Text, "", BlackoutKind.Rehearsal, Whole, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(score), default));
        }
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>What came of the repetitions, under the bound of groups, the bound of all scores together, and that of the machine's own.</summary>
    private sealed class Outcome
    {
        private readonly List<(double Score, double OfGroups, double Pooled, double Known)> _all = [];

        public double Exceeded => _all.Average(o => o.Score > o.OfGroups ? 1.0 : 0);

        public double PooledExceeded => _all.Average(o => o.Score > o.Pooled ? 1.0 : 0);

        /// <summary>The median of how much wider the bound of groups is than the one of all scores together.</summary>
        public double Width
        {
            get
            {
                double[] widths = [.. _all.Select(o => o.OfGroups / o.Pooled).Order()];
                return widths[widths.Length / 2];
            }
        }

        public void Add(double score, double ofGroups, double pooled, double known) => _all.Add((score, ofGroups, pooled, known));

        /// <summary>Of the moments that would have fitted a limit, so many times the prediction, the share that each bound commits.</summary>
        public string Taken(double limit)
        {
            var fitting = _all.Where(o => o.Score <= limit).ToList();
            return string.Join(" / ", new[] { Share(o => o.OfGroups), Share(o => o.Pooled), Share(o => o.Known) });

            string Share(Func<(double Score, double OfGroups, double Pooled, double Known), double> bound) =>
                (100 * fitting.Average(o => bound(o) <= limit ? 1.0 : 0)).ToString("0", CultureInfo.InvariantCulture);
        }
    }
}
