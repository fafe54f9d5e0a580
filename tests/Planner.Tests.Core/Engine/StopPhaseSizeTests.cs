using Planner.Engine;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Engine;

/// <summary>What the stop phase is expected to carry.</summary>
public sealed class StopPhaseSizeTests
{
    [Theory]
    [InlineData((1L << 60) + 1, 0, 0)]
    [InlineData(5, long.MaxValue, long.MaxValue)]
    [InlineData(1L << 60, 1L << 60, 1L << 60)]
    public void A_size_that_no_decision_takes_is_not_known(long size, long initial, long dirty)
    {
        var offer = Plans.Plan(Plans.All).Devices[0].Source with { DataSizeMeaning = DataSizeMeaning.Total };

        Assert.Null(StopPhaseSize.Expect(offer, 0, new PreCopyInfo(initial, dirty, false), size));
        Assert.Null(StopPhaseSize.Expect(offer with { DataSizeMeaning = DataSizeMeaning.Remaining }, 0, new PreCopyInfo(initial, dirty, false), size));
    }

    [Fact]
    public void What_changed_and_was_carried_again_makes_the_stop_phase_no_smaller()
    {
        var plan = Plans.Plan(Plans.All).WithSource(0, o => o with { DataSizeMeaning = DataSizeMeaning.Total }) with { Limit = TimeSpan.FromMilliseconds(1) };
        var expected = new List<long?>();
        var step = MigrationEngine.Start(plan, 0);
        var open = new Queue<EngineCommand>(step.Commands);
        var state = step.State;
        while (expected.Count < 4)
        {
            EngineEvent? happened = open.Dequeue() switch
            {
                QueryState c => new StateAnswered(c.Side, c.Device, DeviceState.Running, null),
                OpenJournal => new JournalOpened(),
                RunArc c => new ArcEnded(c.Side, c.Device, c.Arc, new ArcResult(ArcOutcome.Completed, c.Arc.To, Errno.None, TimeSpan.Zero)),
                // The first set of 500 comes in two rounds, the first of which carries 100 that changed meanwhile; after that a round carries 500 that changed; then the device begins anew.
                Survey => new Surveyed(0, 500, new PreCopyInfo(expected.Count switch { 0 => 100, 3 => 500, _ => 0 }, 0, false), 1000, expected.Count == 0 ? 400 : null),
                PrepareEvaluation => new EvaluationReady(Planner.Policies.SwitchoverEvaluator.Prepare(Plans.Evidence(plan, state))),
                WakeAt c => new Woke(c.WakeAtNanoseconds),
                _ => null,
            };
            if (happened is null)
            {
                continue;
            }

            step = MigrationEngine.Advance(state, happened, 0);
            state = step.State;
            foreach (var command in step.Commands)
            {
                open.Enqueue(command);
            }

            if (happened is Surveyed)
            {
                expected.Add(state.Streams[0].ExpectedBytes);
            }
        }

        Assert.Equal([600L, 500L, 500L, 1000L], expected);
        Assert.Equal(2000, state.Streams[0].PreCopiedBytes);
        Assert.Equal(500, state.Streams[0].FirstSetBytes);
    }
}
