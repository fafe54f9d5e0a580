using CsCheck;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Decisions;

public class WhatIfTests
{
    [Fact]
    public void Whatever_is_said_to_make_a_commit_possible_does_so_once_it_is_done() => Snapshots.Any.Sample(
        snapshot =>
        {
            foreach (var sentence in Explain(snapshot).WouldCommitIf)
            {
                if (WouldCommitIf.Apply(snapshot, sentence) is { } changed)
                {
                    Assert.True(Explain(changed).Verdict == "commit", $"'{sentence}' is not enough: {Explain(changed).Reason}");
                }
            }
        },
        iter: 500);

    [Fact]
    public void The_figures_are_not_much_more_than_is_needed()
    {
        var snapshot = Snapshots.Machine(devices: 2, ramBytes: 300_000_000, withRatios: true);
        snapshot = snapshot with { Sla = snapshot.Sla! with { BlackoutLimitSeconds = Explain(snapshot).Blackout.BoundSeconds - 0.01 } };
        var said = Explain(snapshot).WouldCommitIf;
        Assert.Equal(["limit", "switchover bandwidth", "remaining memory", "state of nic0", "state of nic1"], said.Select(s => s.Split([" >= ", " <= "], StringSplitOptions.None)[0]));
        var bound = Explain(snapshot).Blackout.BoundSeconds!.Value;
        Assert.InRange(WouldCommitIf.Apply(snapshot, said[0])!.Sla!.BlackoutLimitSeconds!.Value, bound, bound * 1.01);

        var ram = WouldCommitIf.Apply(snapshot, said[2])!.Ram!.RemainingBytes!.Value;
        Assert.Equal("stay", Explain(snapshot with { Ram = new RamEvidence { RemainingBytes = (long)(ram * 1.02) } }).Verdict);
    }

    [Fact]
    public void A_single_short_term_is_named()
    {
        var snapshot = Snapshots.Machine(samples: 700, blackouts: 0, confidence: 0.95);
        var device = snapshot.Devices[0];
        snapshot = snapshot with { Devices = [device with { Arcs = [.. device.Arcs.Select(a => a.From == "STOP" ? a with { Seconds = [.. a.Seconds.Take(100)] } : a)] }] };
        Assert.Contains("590 more samples of arc STOP->RUNNING_P2P of nic0", Explain(snapshot).WouldCommitIf);
    }

    [Fact]
    public void Where_no_single_change_is_enough_none_is_named()
    {
        var snapshot = Snapshots.Machine(blackouts: 5, limit: 0.01);
        Assert.Empty(Explain(snapshot).WouldCommitIf);
    }

    private static ExplainedDecision Explain(DecisionSnapshot snapshot)
    {
        var evaluator = SwitchoverEvaluator.Prepare(snapshot);
        return evaluator.Explain(evaluator.Decide(evaluator.Moment), evaluator.Moment);
    }
}
