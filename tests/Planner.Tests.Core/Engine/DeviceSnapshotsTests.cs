using Planner.Engine;
using Planner.Evidence;
using Planner.Measurements;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Engine;

public class DeviceSnapshotsTests
{
    [Theory]
    [InlineData(Plans.Plain, Plans.WithP2P)]
    [InlineData(Plans.WithP2P, Plans.Plain)]
    [InlineData(Plans.WithPreCopy, Plans.All)]
    [InlineData(Plans.All, Plans.WithPreCopy)]
    public void Each_side_of_a_pair_walks_by_its_own_capabilities(MigrationCapabilities source, MigrationCapabilities destination)
    {
        var plan = Plans.Between(source, destination);
        var memory = new EvidenceMemory();
        memory.Add(new MeasurementBatch
        {
            Arcs = [.. plan.Devices.SelectMany(d => new[] { d.Source, d.Destination }).SelectMany(Samples)],
            Transfers = [new TransferSample(plan.Link, TransferPhase.StopCopy, 1_000_000, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1), default)],
            StateSizes = [new StateSizeSample(plan.Devices[0].Source.DeviceClass, null, 1_000_000, default)],
        });
        var sla = new SlaTerms { BlackoutLimitSeconds = 1, WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept };
        var snapshot = new DeviceSnapshots(plan, sla, memory).Snapshot(MigrationEngine.Start(plan, 0).State, 0);

        var evaluator = SwitchoverEvaluator.Prepare(snapshot);
        var decision = evaluator.Explain(evaluator.Decide(evaluator.Moment), evaluator.Moment);
        Assert.Equal("commit", decision.Verdict);
        Assert.Equal(destination.Has(MigrationCapabilities.P2P), decision.Terms.Any(t => t.Term == "arc STOP->RUNNING_P2P"));
        Assert.Equal(!destination.Has(MigrationCapabilities.P2P), decision.Terms.Any(t => t.Term == "arc STOP->RUNNING"));
    }

    [Fact]
    public void What_is_known_of_the_sources_way_back_says_nothing_of_the_destinations_start()
    {
        var plan = Plans.Between(Plans.Plain, Plans.WithP2P);
        var (source, destination) = (plan.Devices[0].Source, plan.Devices[0].Destination);
        var memory = new EvidenceMemory();
        memory.Add(new MeasurementBatch
        {
            Arcs = [.. Samples(source), .. Samples(destination).Where(s => s.Arc != new Arc(DeviceState.RunningP2P, DeviceState.Running))],
            Transfers = [new TransferSample(plan.Link, TransferPhase.StopCopy, 1_000_000, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1), default)],
            StateSizes = [new StateSizeSample(source.DeviceClass, null, 1_000_000, default)],
        });
        var sla = new SlaTerms { BlackoutLimitSeconds = 1, WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept };
        var snapshot = new DeviceSnapshots(plan, sla, memory).Snapshot(MigrationEngine.Start(plan, 0).State, 0);

        // The way back is there for the failure policy.
        Assert.Contains(snapshot.Devices[0].Arcs, a => (a.From, a.To) == ("STOP", "RUNNING"));
        var evaluator = SwitchoverEvaluator.Prepare(snapshot);
        var decision = evaluator.Explain(evaluator.Decide(evaluator.Moment), evaluator.Moment);
        Assert.Equal("stay", decision.Verdict);
        Assert.Contains("RUNNING_P2P->RUNNING", decision.Reason, StringComparison.Ordinal);
    }

    private static IEnumerable<ArcSample> Samples(DeviceOffer offer) =>
        from f in Enum.GetValues<DeviceState>()
        from t in Enum.GetValues<DeviceState>()
        where MigrationStateMachine.IsSingleArc(new Arc(f, t), offer.Capabilities)
        from i in Enumerable.Range(0, 30)
        select new ArcSample("nic0", offer.DeviceClass, new Arc(f, t), TimeSpan.FromMilliseconds(1), ArcOutcome.Completed, default);
}
