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
}
