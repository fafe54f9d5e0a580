using Planner.Estimators;
using Planner.Fleet;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Fleet;

public sealed class ProbabilityTests
{
    private const long GiB = 1L << 30;

    [Fact]
    public void Where_moves_alike_were_measured_their_median_is_the_middle()
    {
        var fleet = GeneratedFleets.Given(8, 1) with { Evidence = Evidence(seed: 1) };

        Assert.All(SmallFleets.Plan(fleet).Moves, move =>
        {
            var alike = fleet.Evidence.Where(e => e.MemoryBytes == fleet.Machines.Single(m => m.Name == move.Machine).MemoryBytes && e.BytesPerSecond == move.BytesPerSecond).Select(e => e.Seconds).Order().ToList();
            Assert.InRange(move.P50Seconds, alike[alike.Count / 2 - 1] * 0.999, alike[alike.Count / 2] * 1.001);
            Assert.InRange(move.P95Seconds / move.P50Seconds, 1.05, 1.5);
        });
    }

    [Fact]
    public void A_bandwidth_that_was_never_measured_is_foretold_from_the_nearest_and_is_less_sure()
    {
        var fleet = GeneratedFleets.Given(6, 1);
        fleet = fleet with { Links = [.. fleet.Links.Select(l => l with { BytesPerSecond = 250e6 })], Evidence = [.. Evidence(seed: 1).Where(e => e.BytesPerSecond == 125e6)] };
        var known = SmallFleets.Plan(fleet with { Links = [.. fleet.Links.Select(l => l with { BytesPerSecond = 125e6 })] });
        var carried = SmallFleets.Plan(fleet);

        foreach (var move in carried.Moves)
        {
            var near = known.Moves.Single(m => m.Machine == move.Machine);
            Assert.InRange(move.P50Seconds / near.P50Seconds, 0.45, 0.55);
            Assert.True(move.P95Seconds / move.P50Seconds > near.P95Seconds / near.P50Seconds);
        }
    }

    [Fact]
    public void Nineteen_of_twenty_real_runs_are_done_by_the_P95_and_half_of_them_by_the_P50()
    {
        // Real: each plan has a factor of its own, each move one too; the evidence comes from other plans.
        var (late, early, plans) = (0, 0, 0);
        for (var seed = 1UL; seed <= 60; seed++)
        {
            var fleet = GeneratedFleets.Given(10, seed) with { Evidence = Evidence(seed + 1000) };
            var plan = SmallFleets.Plan(fleet, replications: 400, seed);
            var real = RealMakespan(plan, seed);
            (late, early, plans) = (late + (real > plan.MakespanP95Seconds ? 1 : 0), early + (real <= plan.MakespanP50Seconds ? 1 : 0), plans + 1);
        }

        Assert.InRange(late, 0, 7);
        Assert.InRange(early, 18, 42);
        Assert.Equal(60, plans);
    }

    [Fact]
    public void Without_evidence_the_doubt_is_the_models_and_common_to_all_moves()
    {
        var plan = SmallFleets.Plan(GeneratedFleets.Drain(20, 4, 0.7, 1), replications: 1000);

        Assert.InRange(plan.MakespanP50Seconds / SmallFleets.Makespan(plan), 0.97, 1.03);
        Assert.InRange(plan.MakespanP95Seconds / plan.MakespanP50Seconds, 1.4, 1.6);
        Assert.Contains(plan.Assumptions, a => a.Contains("No move was ever measured", StringComparison.Ordinal));
    }

    [Fact]
    public void The_last_safe_start_is_the_time_given_less_what_the_host_takes_with_the_confidence_asked_for()
    {
        var fleet = GeneratedFleets.Drain(20, 2, 0.7, 1);
        FleetPlan With(double hours) => SmallFleets.Plan(fleet with { Task = fleet.Task with { FinishWithin = TimeSpan.FromHours(hours), Confidence = 0.9 } }, replications: 1000);
        var (day, two) = (With(24), With(2));

        Assert.All(day.LastSafeStart, last => Assert.Equal(22 * 3600, last.Value!.Value - two.LastSafeStart[last.Key]!.Value, 6));
        var late = With(day.MakespanP50Seconds / 3600);
        Assert.InRange(late.ProbabilityInTime!.Value, 0.45, 0.55);
        Assert.False(late.IsFeasible);
        Assert.Contains(late.LastSafeStart.Values, last => last < 0);
    }

    [Fact]
    public void A_move_that_overruns_changes_the_rest_and_nothing_that_is_done()
    {
        var fleet = GeneratedFleets.Drain(20, 4, 0.7, 2);
        var planner = new FleetPlanner(fleet, Documents.BuiltInPolicies.All, SmallFleets.Devices);
        var plan = planner.Plan(new PlanOptions(1, 50));
        var now = SmallFleets.Makespan(plan) / 2;
        var done = plan.Moves.Where(m => m.StartSeconds + m.P50Seconds < now).Select(m => m.Machine).ToList();
        var running = plan.Moves.Where(m => m.StartSeconds < now && m.StartSeconds + m.P50Seconds >= now).ToDictionary(m => m.Machine, m => m.StartSeconds + 3 * m.P50Seconds);
        var again = planner.Replan(plan, new PlanProgress(now, done, running), new PlanOptions(1, 50));

        Assert.Equal(plan.Moves.Count - done.Count, again.Moves.Count);
        Assert.DoesNotContain(again.Moves, m => done.Contains(m.Machine));
        Assert.All(again.Moves, m => Assert.Equal(plan.Moves.Single(p => p.Machine == m.Machine).To, m.To));
        Assert.All(again.Moves.Where(m => !running.ContainsKey(m.Machine)), m => Assert.True(m.StartSeconds >= now));
        Assert.All(running, r => Assert.Equal(r.Value, again.Moves.Single(m => m.Machine == r.Key) is var m ? m.StartSeconds + m.P50Seconds : 0, 6));
        Assert.NotEqual(plan.Hash, again.Hash);
        var stays = again.Moves.Last(m => !running.ContainsKey(m.Machine)).Machine;
        var without = planner.Replan(plan, new PlanProgress(now, done, running) { Staying = [new BlockedMachine(stays, "it stayed", "wait")] }, new PlanOptions(1, 50));
        Assert.Equal(again.Moves.Count - 1, without.Moves.Count);
        Assert.Equal("it stayed", Assert.Single(without.Blocked, b => b.Machine == stays).Reason);
        Assert.Throws<ArgumentException>(() => planner.Replan(plan with { InputsHash = "other" }, new PlanProgress(0, [], new Dictionary<string, double>()), new PlanOptions()));
    }

    private static List<PastMove> Evidence(ulong seed)
    {
        var draws = new SeededStream(seed, 0, 0, 31);
        var moves = new List<PastMove>();
        for (var plan = 0; plan < 49; plan++)
        {
            var common = 0.05 * draws.NextNormal();
            for (var move = 0; move < 12; move++)
            {
                var (gib, rate) = (2 + (int)(draws.NextOpenUnit() * 3), draws.NextOpenUnit() < 0.5 ? 125e6 : 62.5e6);
                moves.Add(new PastMove(gib * GiB, rate, 1.1 * gib * GiB / rate * Math.Exp(common + 0.04 * draws.NextNormal())));
            }
        }

        return moves;
    }

    private static double RealMakespan(FleetPlan plan, ulong seed)
    {
        var draws = new SeededStream(seed, 0, 0, 32);
        var common = 0.05 * draws.NextNormal();
        var ends = new double[plan.Moves.Count];
        for (var i = 0; i < ends.Length; i++)
        {
            var start = plan.Moves[i].After.Select(a => ends[a]).DefaultIfEmpty(0).Max();
            ends[i] = start + plan.Moves[i].P50Seconds * Math.Exp(common + 0.04 * draws.NextNormal());
        }

        return ends.Max();
    }
}
