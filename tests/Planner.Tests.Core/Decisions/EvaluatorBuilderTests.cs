using CsCheck;
using Planner.Documents;
using Planner.Estimators;
using Planner.Evidence;
using Planner.Measurements;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Decisions;

public class EvaluatorBuilderTests
{
    [Fact]
    public void An_evaluator_after_another_decides_like_one_made_at_once() =>
        Gen.Select(Snapshots.Any, Gen.Int[0, 6].Array[1, 60], Gen.Int[0, 1000]).Sample(
            (snapshot, kinds, seed) =>
            {
                var random = new Random(seed);
                var builder = new EvaluatorBuilder();
                var (whole, afterQuiesce) = (History(snapshot.PastBlackouts), History(snapshot.PastBlackoutsAfterQuiesce));
                var grown = builder.Build(snapshot);
                foreach (var kind in kinds)
                {
                    if (kind == 3)
                    {
                        (random.Next(2) == 0 ? whole : afterQuiesce).Add(new PastBlackout(0.1, random.NextDouble()));
                        var misses = (snapshot.Sla ?? new SlaTerms()).AllowedMisses;
                        snapshot = snapshot with { PastBlackouts = whole.Now(misses), PastBlackoutsAfterQuiesce = afterQuiesce.Now(misses) };
                    }
                    else
                    {
                        snapshot = WithMore(snapshot, kind, random);
                    }

                    grown = builder.Build(snapshot);
                }

                AssertSame(SwitchoverEvaluator.Prepare(snapshot), grown, grown.Moment);
            },
            iter: 60);

    [Fact]
    public void An_evaluator_does_not_change_when_more_evidence_comes()
    {
        var snapshot = Snapshots.Machine();
        var builder = new EvaluatorBuilder();
        var evaluator = builder.Build(snapshot);
        var before = evaluator.Decide(evaluator.Moment);
        var blackouts = History(snapshot.PastBlackouts);
        for (var i = 0; i < 50; i++)
        {
            blackouts.Add(new PastBlackout(0.1, 5));
            snapshot = WithArc(snapshot, new Arc(DeviceState.Resuming, DeviceState.Stop), 3) with { PastBlackouts = blackouts.Now(snapshot.Sla!.AllowedMisses) };
        }

        var after = builder.Build(snapshot);
        Assert.Equal(before, evaluator.Decide(evaluator.Moment));
        Assert.NotEqual(before, after.Decide(evaluator.Moment));
    }

    /// <summary>What was learned from blackouts that have left the history is forgotten with them, so that the list alone gives the decision.</summary>
    [Fact]
    public void Evaluators_decide_as_their_snapshot_does_also_when_the_oldest_blackouts_have_gone()
    {
        var random = new Random(5);
        var snapshot = Snapshots.Machine(samples: 3, blackouts: 4900, limit: 0.13);
        var builder = new EvaluatorBuilder();
        var (whole, afterQuiesce) = (History(snapshot.PastBlackouts), History(snapshot.PastBlackoutsAfterQuiesce));
        for (var i = 1; i <= 1300; i++)
        {
            (i % 2 == 0 ? afterQuiesce : whole).Add(new PastBlackout(0.1, 0.1 * Math.Exp(0.15 * Snapshots.Normal(random) + (i is > 400 and < 640 ? 0.5 : 0))));
            if (i % 50 == 0 || i is > 1180 and < 1220)
            {
                var misses = snapshot.Sla!.AllowedMisses;
                snapshot = snapshot with { PastBlackouts = whole.Now(misses), PastBlackoutsAfterQuiesce = afterQuiesce.Now(misses) };
                Assert.InRange(snapshot.PastBlackouts.Count, 4900, SampleWindow.DefaultCapacity + BlackoutScores.Spare);
                var grown = builder.Build(snapshot);
                var made = SwitchoverEvaluator.Prepare(snapshot with { PastBlackouts = [.. snapshot.PastBlackouts], PastBlackoutsAfterQuiesce = [.. snapshot.PastBlackoutsAfterQuiesce] });
                AssertSame(made, grown, made.Moment);
                AssertSame(made, grown, made.Moment with { Quiesced = true });
            }
        }

        Assert.Equal(SampleWindow.DefaultCapacity + 50, snapshot.PastBlackouts.Count);
    }

    [Fact]
    public void The_first_sample_of_a_missing_arc_completes_the_evidence()
    {
        var snapshot = Snapshots.Machine();
        var device = snapshot.Devices[0];
        var builder = new EvaluatorBuilder();
        var without = snapshot with { Devices = [device with { Arcs = [.. device.Arcs.Where(a => a.From != "RESUMING")] }] };
        Assert.Equal(Verdict.Stay, Judge(builder.Build(without)));
        Assert.Equal(Verdict.Commit, Judge(builder.Build(WithArc(without, new Arc(DeviceState.Resuming, DeviceState.Stop), 0.03))));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_sample_that_cannot_be_is_refused_also_later(double seconds)
    {
        var builder = new EvaluatorBuilder();
        builder.Build(Snapshots.Machine());
        var refusal = Assert.Throws<InvalidSnapshotException>(() => builder.Build(WithArc(Snapshots.Machine(), new Arc(DeviceState.Resuming, DeviceState.Stop), seconds)));
        Assert.Contains("seconds[", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(Verdict.Commit, Judge(builder.Build(Snapshots.Machine())));
    }

    private static BlackoutHistory History(IEnumerable<PastBlackout> blackouts)
    {
        var history = new BlackoutHistory();
        foreach (var blackout in blackouts)
        {
            history.Add(blackout);
        }

        return history;
    }

    private static void AssertSame(SwitchoverEvaluator made, SwitchoverEvaluator grown, DecisionMoment moment)
    {
        Assert.Equal(made.Decide(moment), grown.Decide(moment));
        Assert.Equal(
            DecisionJson.WriteDecision(made.Explain(made.Decide(moment), moment)), DecisionJson.WriteDecision(grown.Explain(grown.Decide(moment), moment)));
    }

    private static Verdict Judge(SwitchoverEvaluator evaluator) => evaluator.Decide(evaluator.Moment).Verdict;

    private static DecisionSnapshot WithMore(DecisionSnapshot snapshot, int kind, Random random)
    {
        switch (kind)
        {
            case 0:
                return WithArc(snapshot, new Arc(DeviceState.Resuming, DeviceState.Stop), random.NextDouble());
            case 1:
                var transfer = snapshot.Transfer ?? new TransferEvidence();
                return snapshot with
                {
                    Transfer = new TransferEvidence
                    {
                        FixedSeconds = [.. transfer.FixedSeconds, random.NextDouble()],
                        BytesPerSecond = [.. transfer.BytesPerSecond, 1e9 * (1 + random.NextDouble())],
                    },
                };
            case 2:
                return WithDevice(snapshot, d => d with { StateSizeRatios = [.. d.StateSizeRatios, 0.9 + 0.2 * random.NextDouble()] });
            case 4:
                var ram = snapshot.Ram ?? new RamEvidence();
                return snapshot with { Ram = ram with { DirtyWindows = [.. ram.DirtyWindows, new DirtyWindowEvidence(0.1 + random.NextDouble(), 1e8 * random.NextDouble())] } };
            case 5:
                return WithDevice(snapshot, d => d with { StateBytes = random.Next(1 << 30) });
            default:
                return WithArc(snapshot, new Arc(DeviceState.Resuming, DeviceState.Running), random.NextDouble());
        }
    }

    private static DecisionSnapshot WithArc(DecisionSnapshot snapshot, Arc arc, double seconds) => WithDevice(snapshot, device =>
    {
        var known = device.Arcs.FirstOrDefault(a => a.From == arc.From.Name() && a.To == arc.To.Name()) ?? new ArcEvidence { From = arc.From.Name(), To = arc.To.Name() };
        return device with { Arcs = [.. device.Arcs.Where(a => a.From != known.From || a.To != known.To), known with { Seconds = [.. known.Seconds, seconds] }] };
    });

    private static DecisionSnapshot WithDevice(DecisionSnapshot snapshot, Func<DeviceEvidence, DeviceEvidence> change) =>
        snapshot.Devices.Count == 0 ? snapshot : snapshot with { Devices = [change(snapshot.Devices[0]), .. snapshot.Devices.Skip(1)] };
}
