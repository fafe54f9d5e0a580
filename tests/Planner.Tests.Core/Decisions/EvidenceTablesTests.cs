using CsCheck;
using Planner.Documents;
using Planner.Estimators;
using Planner.Measurements;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Decisions;

public class EvidenceTablesTests
{
    [Fact]
    public void Tables_that_grew_sample_by_sample_decide_like_tables_made_at_once() =>
        Gen.Select(Snapshots.Any, Gen.Int[0, 5].Array[1, 60], Gen.Int[0, 1000]).Sample(
            (snapshot, kinds, seed) =>
            {
                var random = new Random(seed);
                var tables = new EvidenceTables(snapshot);
                foreach (var kind in kinds)
                {
                    Add(tables, kind, random);
                    tables.Build();
                }

                var grown = tables.Build();
                var made = SwitchoverEvaluator.Prepare(grown.Snapshot);
                Assert.Equal(made.Decide(made.Moment), grown.Decide(grown.Moment));
                var explained = (made.Explain(made.Decide(made.Moment), made.Moment), grown.Explain(grown.Decide(grown.Moment), grown.Moment));
                Assert.Equal(DecisionJson.WriteDecision(explained.Item1), DecisionJson.WriteDecision(explained.Item2));
            },
            iter: 60);

    [Fact]
    public void An_evaluator_does_not_change_when_more_evidence_comes()
    {
        var tables = new EvidenceTables(Snapshots.Machine());
        var evaluator = tables.Build();
        var before = evaluator.Decide(evaluator.Moment);
        for (var i = 0; i < 50; i++)
        {
            tables.AddBlackout(new PastBlackout(0.1, 5), afterQuiesce: false);
            tables.AddArc(0, new Arc(DeviceState.Resuming, DeviceState.Stop), 3);
        }

        Assert.Equal(before, evaluator.Decide(evaluator.Moment));
        Assert.NotEqual(before, tables.Build().Decide(evaluator.Moment));
    }

    [Fact]
    public void A_full_list_keeps_the_latest_samples()
    {
        var tables = new EvidenceTables(Snapshots.Machine(blackouts: 0));
        for (var i = 1; i <= SampleWindow.DefaultCapacity + 500; i++)
        {
            tables.AddBlackout(new PastBlackout(1, i), afterQuiesce: true);
        }

        var kept = tables.Build().Snapshot.PastBlackoutsAfterQuiesce;
        Assert.Equal(SampleWindow.DefaultCapacity, kept.Count);
        Assert.Equal(501, kept[0].ActualSeconds);
    }

    /// <summary>What was learned from blackouts that have left the list is forgotten with them, so that the list alone gives the decision.</summary>
    [Fact]
    public void Tables_decide_as_their_snapshot_does_also_when_the_oldest_blackouts_have_gone()
    {
        var random = new Random(5);
        var tables = new EvidenceTables(Snapshots.Machine(samples: 3, blackouts: 4900, limit: 0.13));
        for (var i = 1; i <= 1300; i++)
        {
            tables.AddBlackout(new PastBlackout(0.1, 0.1 * Math.Exp(0.15 * Snapshots.Normal(random) + (i is > 400 and < 640 ? 0.5 : 0))), afterQuiesce: i % 2 == 0);
            if (i % 50 == 0 || i is > 1180 and < 1220)
            {
                var grown = tables.Build();
                Assert.InRange(grown.Snapshot.PastBlackouts.Count, 4900, SampleWindow.DefaultCapacity + BlackoutScores.Spare);
                var made = SwitchoverEvaluator.Prepare(grown.Snapshot);
                foreach (var moment in new[] { made.Moment, made.Moment with { Quiesced = true } })
                {
                    Assert.Equal(made.Decide(moment), grown.Decide(moment));
                    var (a, b) = (made.Explain(made.Decide(moment), moment), grown.Explain(grown.Decide(moment), moment));
                    Assert.Equal(DecisionJson.WriteDecision(a), DecisionJson.WriteDecision(b));
                }
            }
        }

        Assert.Equal(SampleWindow.DefaultCapacity + 50, tables.Build().Snapshot.PastBlackouts.Count);
    }

    [Fact]
    public void The_first_sample_of_a_missing_arc_completes_the_evidence()
    {
        var snapshot = Snapshots.Machine();
        var device = snapshot.Devices[0];
        var tables = new EvidenceTables(snapshot with { Devices = [device with { Arcs = [.. device.Arcs.Where(a => a.From != "RESUMING")] }] });
        Assert.Equal(Verdict.Stay, Judge(tables));
        tables.AddArc(0, new Arc(DeviceState.Resuming, DeviceState.Stop), 0.03);
        Assert.Equal(Verdict.Commit, Judge(tables));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_sample_that_cannot_be_is_refused(double seconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new EvidenceTables(Snapshots.Machine()).AddArc(0, new Arc(DeviceState.Resuming, DeviceState.Stop), seconds));

    private static Verdict Judge(EvidenceTables tables)
    {
        var evaluator = tables.Build();
        return evaluator.Decide(evaluator.Moment).Verdict;
    }

    private static void Add(EvidenceTables tables, int kind, Random random)
    {
        switch (kind)
        {
            case 0:
                tables.AddArc(0, new Arc(DeviceState.Resuming, DeviceState.Stop), random.NextDouble());
                break;
            case 1:
                tables.AddTransfer(random.NextDouble(), 1e9 * (1 + random.NextDouble()));
                break;
            case 2:
                tables.AddStateSize(0, 0.9 + 0.2 * random.NextDouble());
                break;
            case 3:
                tables.AddBlackout(new PastBlackout(0.1, random.NextDouble()), random.Next(2) == 0);
                break;
            case 4:
                tables.AddDirtyWindow(new DirtyWindowEvidence(0.1 + random.NextDouble(), 1e8 * random.NextDouble()));
                break;
            default:
                tables.AddArc(0, new Arc(DeviceState.Resuming, DeviceState.Running), random.NextDouble());
                break;
        }
    }
}
