using Planner.Estimators;
using Planner.Evaluation;
using Xunit;

namespace Planner.Tests.Grid;

public sealed class GridEvaluationTests
{
    /// <summary>The probability that a promise which is kept exactly looks broken.</summary>
    private const double Error = 1e-4;

    private const string Nic =
        "[ { count: 1, state: 16MiB, arcs: { quiesce: { median: 2ms, p99: 6ms }, stop: { median: 20ms, p99: 45ms }, load: { median: 30ms, p99: 70ms } } } ]";

    private const string Drifting =
        "[ { count: 1, state: 16MiB, arcs: { quiesce: { median: 2ms, p99: 6ms }, stop: { median: 20ms, p99: 45ms, drift: { stepTo: 2.5x, after: 100 } }, load: { median: 30ms, p99: 70ms } } } ]";

    [Fact]
    public void The_same_seed_gives_the_same_figures_whatever_the_number_of_threads()
    {
        var file = File("none, nic", "even, turns", "100ms, 300ms", "0.9");
        var (one, other, more) = (Run(file, 30, seed: 1, threads: 1), Run(file, 30, seed: 2, threads: 1), Run(file, 30, seed: 1, threads: 4));

        Assert.Equal(one.Select(Line), more.Select(Line));
        Assert.NotEqual(one.Select(Line), other.Select(Line));

        static string Line(GridTally tally) => $"{tally.Cell} {tally.Tally.Report()}";
    }

    [Fact]
    public void Every_rule_is_tried_in_every_cell_and_the_oracle_keeps_the_limit()
    {
        var progress = new List<double>();
        var tallies = GridEvaluation.Run(
            File("none, nic", "even, turns", "100ms, 300ms", "0.9"), new GridOptions { MigrationsPerCell = 10 }, progress.Add, TestContext.Current.CancellationToken);

        // 2 memories, 2 links, 2 machines, 2 limits.
        Assert.All(tallies.GroupBy(t => t.Tally.Rule), rule => Assert.Equal(16, rule.Count()));
        Assert.Superset(new HashSet<string> { "oracle", "informed", "qemu", "earliest", "calmest" }, tallies.Select(t => t.Tally.Rule).ToHashSet());
        Assert.All(tallies, t => Assert.Equal(10, t.Tally.Report().Migrations));
        Assert.All(tallies.Where(t => t.Tally.Rule == "oracle"), t => Assert.Equal((0, 0), (t.Tally.Report().Violations, t.Tally.Report().FalseAborts)));
        Assert.Equal([0.25, 0.5, 0.75, 1], progress);
    }

    [Fact]
    public void The_promise_is_kept_and_what_can_be_committed_on_a_steady_link_is()
    {
        var tallies = Run(File("nic", "even, turns, capped", "100ms, 300ms", "0.9, 0.99"), 200, seed: 1, threads: 2);

        foreach (var confidence in new[] { 0.9, 0.99 })
        {
            foreach (var rule in new[] { "earliest", "calmest" })
            {
                AssertKept(tallies, rule, confidence);
                var steady = Commits(tallies, rule, confidence, "even");
                var possible = Commits(tallies, "informed", confidence, "even");
                Assert.True(steady >= 0.95 * possible, $"{rule} at {confidence}: {steady} of {possible}");
            }
        }
    }

    [Fact]
    public void The_promise_is_kept_while_a_device_drifts()
    {
        var tallies = Run(File("drifting", "even, turns", "100ms, 300ms", "0.9"), 200, seed: 1, threads: 2);
        AssertKept(tallies, "earliest", 0.9);
        AssertKept(tallies, "calmest", 0.9);
    }

    private static void AssertKept(IReadOnlyList<GridTally> tallies, string rule, double confidence)
    {
        var reports = Reports(tallies, rule, confidence).ToList();
        var (commits, violations) = (reports.Sum(r => r.Commits), reports.Sum(r => r.Violations));
        var words = $"{rule} at {confidence}: {violations} violations in {commits} commits of {reports.Sum(r => r.Migrations)} migrations";
        TestContext.Current.TestOutputHelper?.WriteLine(words);
        Assert.True(commits > 500, words);
        Assert.True(BinomialLimits.LowerLimit(violations, commits, Error) <= 1 - confidence, words);
    }

    private static int Commits(IReadOnlyList<GridTally> tallies, string rule, double confidence, string link) =>
        Reports([.. tallies.Where(t => t.Cell.Link == link)], rule, confidence).Sum(r => r.Commits);

    private static IEnumerable<RuleReport> Reports(IReadOnlyList<GridTally> tallies, string rule, double confidence) =>
        tallies.Where(t => t.Tally.Rule == rule && t.Cell.Confidence == confidence).Select(t => t.Tally.Report());

    private static IReadOnlyList<GridTally> Run(WorkloadFile file, int migrations, ulong seed, int threads) => GridEvaluation.Run(
        file, new GridOptions { MigrationsPerCell = migrations, Seed = seed, Threads = threads }, null, TestContext.Current.CancellationToken);

    private static WorkloadFile File(string devices, string links, string limits, string confidences) => WorkloadFileText.Read(
        $$"""
        apiVersion: planner/v1
        kind: Workloads
        spec:
          links:
            even: { rate: 1.2GiB/s, jitter: 3%, stopPhase: same }
            turns: { levels: [1.2GiB/s, 400MiB/s], dwell: 300ms, stopPhase: same }
            capped: { rate: 256MiB/s, jitter: 2%, stopPhase: 2.4GiB/s, stopPhaseJitter: 25% }
          devices:
            none: []
            nic: {{Nic}}
            drifting: {{Drifting}}
          memory:
            idle: { classes: [ { size: 8MiB, timeConstant: 2s } ] }
            bursty: { classes: [ { size: 128MiB, timeConstant: 800ms } ], phases: [ { for: 2s, scale: 1.0 }, { for: 1s, scale: 0.05 } ] }
          ram: 1GiB
          grid:
            memory: [idle, bursty]
            link: [{{links}}]
            devices: [{{devices}}]
            limit: [{{limits}}]
            confidence: [{{confidences}}]
          completeWithin: 20s
        """,
        "small.yaml");
}
