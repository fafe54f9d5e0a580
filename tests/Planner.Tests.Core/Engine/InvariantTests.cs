using CsCheck;
using Planner.Engine;
using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Engine;

/// <summary>Random plans, orders of answers and faults against the rules that World checks: never two running, never left stopped,
/// never committed when the bound did not fit, barriers kept.</summary>
public sealed class InvariantTests
{
    private const int Runs = 3000;

    [Fact]
    public void Whatever_happens_in_whatever_order_the_rules_hold()
    {
        var outcomes = new Dictionary<MigrationOutcome, int>();
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, 3], Gen.Double[0, 0.3], Gen.Int[0, int.MaxValue]).Sample(
            (count, kind, faults, seed) =>
            {
                var outcome = RunOnce(count, kind, faults, new Random(seed));
                lock (outcomes)
                {
                    outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
                }
            },
            iter: Runs,
            threads: 2);

        // A test that never got anywhere would prove nothing.
        Assert.True(outcomes.GetValueOrDefault(MigrationOutcome.Completed) > Runs / 20, string.Join(", ", outcomes));
        Assert.True(outcomes.GetValueOrDefault(MigrationOutcome.Recovered) > Runs / 20, string.Join(", ", outcomes));
        Assert.True(outcomes.GetValueOrDefault(MigrationOutcome.Stayed) > Runs / 50, string.Join(", ", outcomes));
    }

    private static MigrationOutcome RunOnce(int count, int kind, double faults, Random random)
    {
        var devices = Enumerable.Range(0, count).Select(_ => count == 1
            ? MigrationCapabilitySets.All[random.Next(4)]
            : random.Next(2) == 0 ? Plans.WithP2P : Plans.All).ToArray();
        var plan = Plans.Plan(devices) with { Mode = kind == 3 ? MigrationMode.Rehearsal : MigrationMode.Active, QuiesceTries = random.Next(1, 4) };
        if (random.Next(4) == 0 && devices[0].Has(MigrationCapabilities.P2P))
        {
            plan = plan.Takes(0, new Arc(DeviceState.Running, DeviceState.RunningP2P));
        }

        if (kind == 1)
        {
            plan = plan.TakesDeadline(count - 1);
        }

        var world = Plans.World(plan);
        world.OnArc = c => Fault(c, random, faults);
        world.OnStream = _ => random.NextDouble() < faults / 4 ? (MigrationSide)random.Next(2) : null;
        world.ResetKeepsState = random.Next(10) == 0;
        world.CanBeReset = (_, _) => random.NextDouble() > faults / 3;
        world.CanBeAsked = (_, _) => random.NextDouble() > faults / 10;
        world.Seconds = _ => random.NextDouble() * (kind == 2 ? 0.1 : 0.01);
        world.Start();
        var cancelAt = random.Next(5) == 0 ? random.Next(40) : -1;
        for (var i = 0; i < cancelAt && world.State.Stage != EngineStage.Ended; i++)
        {
            world.Answer(random.Next(world.Open.Count));
        }

        if (cancelAt >= 0 && world.State.Stage != EngineStage.Ended)
        {
            world.Cancel();
        }

        return world.Run(random.Next).Outcome;
    }

    private static (ArcOutcome Outcome, DeviceState Truth)? Fault(RunArc c, Random random, double faults)
    {
        if (random.NextDouble() >= faults / 3)
        {
            return null;
        }

        if (c.DeadlineNanoseconds is not null && random.Next(2) == 0)
        {
            return random.Next(3) switch
            {
                0 => (ArcOutcome.Refused, c.Arc.From),
                1 => (ArcOutcome.CompletedLate, c.Arc.To),
                _ => (ArcOutcome.AbortedInFlight, c.Arc.From),
            };
        }

        var truth = random.Next(4) switch { 0 => DeviceState.Error, 1 => c.Arc.To, _ => c.Arc.From };
        return (random.Next(3) == 0 ? ArcOutcome.Unknown : ArcOutcome.Failed, truth);
    }
}
