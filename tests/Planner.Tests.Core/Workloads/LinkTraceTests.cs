using Planner.Estimators;
using Planner.Evaluation;
using Xunit;
using static Planner.Tests.Workloads.SmallWorkloads;

namespace Planner.Tests.Workloads;

public sealed class LinkTraceTests
{
    private static readonly LinkWorkload Alternating = new() { Name = "alternating", Levels = [1200, 400], DwellSeconds = 0.3 };

    private static readonly LinkWorkload Dipping = new() { Name = "dipping", Levels = [800], Dips = new LinkDips(20, 0.1, 2) };

    private static readonly LinkWorkload Lifted = new() { Name = "lifted", Levels = [100], StopPhaseBytesPerSecond = 2400, StopPhaseJitter = 0.25 };

    [Fact]
    public void Levels_alternate_with_the_dwell()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var runs = Runs(Trace(Alternating, seed), 600);
            Assert.All(runs[1..^1], run => Assert.Equal(3, run.Length));
            Assert.All(runs.Zip(runs.Skip(1)), pair => Assert.Equal(1600, pair.First.Rate + pair.Second.Rate));
        }
    }

    [Fact]
    public void A_migration_may_begin_anywhere_in_the_pattern() =>
        Assert.InRange(Enumerable.Range(1, 1000).Count(seed => Trace(Alternating, (ulong)seed).Rate(0) > 1000), 440, 560);

    [Fact]
    public void Dips_come_every_period_and_last_as_stated()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var runs = Runs(Trace(Dipping, seed), 2000);
            Assert.All(runs[1..^1], run => Assert.Equal(run.Rate < 100 ? (80, 20) : (800, 180), ((int)Math.Round(run.Rate), run.Length)));
        }
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.15)]
    public void Jitter_has_the_stated_deviation(double jitter)
    {
        var trace = Trace(Link(1000, jitter));
        double[] rates = [.. Enumerable.Range(0, 20_000).Select(trace.Rate)];

        Assert.Equal(1000, rates.Average(), 5 * jitter * 1000 / Math.Sqrt(rates.Length));
        Assert.Equal(jitter * 1000, Math.Sqrt(rates.Average(r => Math.Pow(r - 1000, 2))), 0.03 * jitter * 1000);
        Assert.InRange(Enumerable.Range(1, rates.Length - 1).Average(i => (rates[i] - 1000) * (rates[i - 1] - 1000)) / Math.Pow(jitter * 1000, 2), -0.03, 0.03);
    }

    [Fact]
    public void However_large_the_jitter_a_link_never_stands_still() =>
        Assert.All(Enumerable.Range(0, 2000).Select(Trace(Link(1000, 1)).Rate), rate => Assert.True(rate >= 50));

    [Theory]
    [InlineData(0)]
    [InlineData(0.05)]
    [InlineData(0.1)]
    [InlineData(3.2371)]
    public void A_stop_phase_takes_what_the_slots_give(double start)
    {
        var trace = Trace(Link(1000, 0.3));
        var end = start + 0.731;
        var bytes = 0.0;
        for (var slot = 0; slot < 100; slot++)
        {
            bytes += trace.Rate(slot) * Math.Max(0, Math.Min(end, (slot + 1) * 0.1) - Math.Max(start, slot * 0.1));
        }

        Assert.Equal(0.731, trace.StopPhaseSeconds(start, bytes), 1e-9);
        Assert.Equal(0, trace.StopPhaseSeconds(start, 0));
    }

    [Fact]
    public void A_lifted_cap_has_a_process_of_its_own_that_begins_with_the_stop_phase()
    {
        var steady = Trace(Lifted with { StopPhaseJitter = 0 });
        Assert.Equal(0.5, steady.StopPhaseSeconds(7.77, 1200), 1e-9);

        var trace = Trace(Lifted);
        Assert.Equal(trace.StopPhaseSeconds(0, 1200), trace.StopPhaseSeconds(93.21, 1200), 1e-9);
        Assert.Equal(100, trace.Rate(0));

        // The deviation of the first slot's rate, over many migrations.
        double[] rates = [.. Enumerable.Range(1, 4000).Select(seed => 10 / Trace(Lifted, (ulong)seed).StopPhaseSeconds(0, 10))];
        Assert.Equal(2400, rates.Average(), 5 * 600 / Math.Sqrt(rates.Length));
        Assert.Equal(600, Math.Sqrt(rates.Average(r => Math.Pow(r - 2400, 2))), 30.0);
    }

    [Fact]
    public void The_same_seed_gives_the_same_link_in_whatever_order_it_is_asked()
    {
        var (one, other) = (Trace(Alternating with { Jitter = 0.1 }), Trace(Alternating with { Jitter = 0.1 }));
        var late = other.Rate(500);
        var seconds = other.StopPhaseSeconds(20, 1000);

        Assert.Equal(Enumerable.Range(0, 501).Select(one.Rate), Enumerable.Range(0, 501).Select(other.Rate));
        Assert.Equal(late, one.Rate(500));
        Assert.Equal(seconds, one.StopPhaseSeconds(20, 1000));
        Assert.NotEqual(one.Rate(1), Trace(Alternating with { Jitter = 0.1 }, seed: 2).Rate(1));
    }

    [Fact]
    public void What_one_purpose_draws_shifts_no_other()
    {
        var (one, other) = (Trace(Lifted with { Jitter = 0.1 }), Trace(Lifted with { Jitter = 0.1 }));
        for (var slot = 0; slot < 100; slot++)
        {
            one.Rate(slot);
        }

        Assert.Equal(other.StopPhaseSeconds(0, 3000), one.StopPhaseSeconds(0, 3000));
        Assert.Equal(one.Rate(50), other.Rate(50));
    }

    [Fact]
    public void Streams_of_other_purposes_migrations_and_cells_are_unlike()
    {
        var streams = new List<double[]>();
        foreach (var (cell, migration, purpose) in new[] { (0, 0, 1), (0, 0, 2), (0, 1, 1), (1, 0, 1), (0, -1, 1) })
        {
            var stream = new SeededStream(1, cell, migration, purpose);
            var draws = new double[4000];
            for (var i = 0; i < draws.Length; i++)
            {
                draws[i] = stream.NextOpenUnit() - 0.5;
            }

            streams.Add(draws);
        }

        for (var a = 0; a < streams.Count; a++)
        {
            for (var b = 0; b < a; b++)
            {
                Assert.InRange(streams[a].Zip(streams[b]).Average(pair => pair.First * pair.Second) * 12, -0.08, 0.08);
            }
        }
    }

    [Fact]
    public void A_transfer_that_would_never_end_takes_for_ever()
    {
        Assert.Equal(double.PositiveInfinity, Trace(Link(1024)).StopPhaseSeconds(0, 1e15));
        Assert.Equal(double.PositiveInfinity, Trace(Lifted with { StopPhaseBytesPerSecond = 1024 }).StopPhaseSeconds(50, 1e15));
    }

    private static List<(double Rate, int Length)> Runs(LinkTrace trace, int slots)
    {
        var runs = new List<(double Rate, int Length)>();
        for (var slot = 0; slot < slots; slot++)
        {
            var rate = trace.Rate(slot);
            if (runs.Count > 0 && runs[^1].Rate == rate)
            {
                runs[^1] = (rate, runs[^1].Length + 1);
            }
            else
            {
                runs.Add((rate, 1));
            }
        }

        return runs;
    }
}
