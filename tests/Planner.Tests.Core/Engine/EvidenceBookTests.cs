using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Engine;

public class EvidenceBookTests
{
    [Fact]
    public void Commits_and_rehearsals_are_evidence_and_shadow_outcomes_never_are()
    {
        var plan = Plans.Plan(Plans.All);
        var book = new EvidenceBook(plan, new SlaTerms { BlackoutLimitSeconds = 1 });
        var sample = new BlackoutSample(book.DeviceClass, "gold", BlackoutKind.Commit, BlackoutSpan.Whole, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), default);
        var others = new[]
        {
            sample with { Kind = BlackoutKind.Rehearsal, Actual = TimeSpan.FromSeconds(3) },
            sample with { Kind = BlackoutKind.Shadow, Actual = TimeSpan.FromSeconds(4) },
            sample with { Kind = BlackoutKind.Shadow, Span = BlackoutSpan.AfterQuiesce },
            sample with { DeviceClass = "another" },
        };
        book.Recall(new MeasurementBatch { Blackouts = [sample, .. others] });
        foreach (var other in others)
        {
            book.Note(other);
        }

        var snapshot = book.Snapshot(MigrationEngine.Start(plan, 0).State, 0);
        Assert.Equal([2.0, 3.0, 3.0], snapshot.PastBlackouts.Select(b => b.ActualSeconds));
        Assert.Empty(snapshot.PastBlackoutsAfterQuiesce);
    }

    [Theory]
    [InlineData(Plans.Plain, Plans.WithP2P)]
    [InlineData(Plans.WithP2P, Plans.Plain)]
    [InlineData(Plans.WithPreCopy, Plans.All)]
    [InlineData(Plans.All, Plans.WithPreCopy)]
    public void Each_side_of_a_pair_walks_by_its_own_capabilities(MigrationCapabilities source, MigrationCapabilities destination)
    {
        var plan = Plans.Between(source, destination);
        var book = new EvidenceBook(plan, new SlaTerms { BlackoutLimitSeconds = 1, WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept });
        book.Recall(new MeasurementBatch
        {
            Arcs = [.. plan.Devices.SelectMany(d => new[] { d.Source, d.Destination }).SelectMany(Samples)],
            Transfers = [new TransferSample(book.Link, TransferPhase.StopCopy, 1_000_000, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1), default)],
            StateSizes = [new StateSizeSample(plan.Devices[0].Source.DeviceClass, null, 1_000_000, default)],
        });
        var snapshot = book.Snapshot(MigrationEngine.Start(plan, 0).State, 0);

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
        var book = new EvidenceBook(plan, new SlaTerms { BlackoutLimitSeconds = 1, WhenEvidenceIsInsufficient = InsufficientEvidenceAction.Accept });
        book.Recall(new MeasurementBatch
        {
            Arcs = [.. Samples(source), .. Samples(destination).Where(s => s.Arc != new Arc(DeviceState.RunningP2P, DeviceState.Running))],
            Transfers = [new TransferSample(book.Link, TransferPhase.StopCopy, 1_000_000, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1), default)],
            StateSizes = [new StateSizeSample(source.DeviceClass, null, 1_000_000, default)],
        });
        var snapshot = book.Snapshot(MigrationEngine.Start(plan, 0).State, 0);

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
