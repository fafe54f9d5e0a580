using Planner.Estimators;
using Planner.Evaluation;
using Xunit;
using static Planner.Tests.Workloads.SmallWorkloads;

namespace Planner.Tests.Workloads;

public sealed class GuestMemoryTests
{
    [Fact]
    public void The_mean_of_many_guests_of_pages_is_what_it_says()
    {
        const int Guests = 60;
        var workload = Memory((16 * MiB, 0.4), (32 * MiB, 5));
        const double Ram = 64 * MiB;
        const double Rate = 40 * MiB;

        // Rounds of all kinds: cut short by a sync, and with nothing left to send at the end.
        (double Seconds, double Scale, bool Sync)[] steps =
            [(1.0, 1, false), (0.7, 1, true), (0.3, 1, true), (0.5, 3, true), (0.4, 3, false), (0.8, 0.2, true), (0.1, 0.2, true), (0.1, 1, true), (2, 0, true)];
        var mean = new GuestMemory(workload, Ram);
        var guests = Enumerable.Range(1, Guests).Select(seed => new PageGuest(workload, Ram, 16384, seed)).ToList();
        foreach (var (seconds, scale, sync) in steps)
        {
            mean.Advance(seconds, Rate, scale);
            guests.ForEach(g => g.Advance(seconds, Rate, scale));
            Assert.Equal(guests.Average(g => g.RemainingBytes), mean.RemainingBytes, 0.004 * Ram);
            Assert.Equal(guests.Average(g => g.UnsentBytes), mean.UnsentBytes, 0.004 * Ram);
            if (sync)
            {
                mean.Sync();
                guests.ForEach(g => g.Sync());
            }
        }
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.5)]
    [InlineData(3)]
    public void Clean_memory_becomes_dirty_along_a_saturating_curve(double seconds)
    {
        var memory = new GuestMemory(Memory((16 * MiB, 0.1), (64 * MiB, 2)), 128 * MiB);
        memory.Advance(1, 128 * MiB, 0);
        Assert.Equal(0, memory.RemainingBytes, 1.0);

        memory.Advance(seconds, 0, 1);

        Assert.Equal(16 * MiB * (1 - Math.Exp(-seconds / 0.1)) + 64 * MiB * (1 - Math.Exp(-seconds / 2)), memory.RemainingBytes, 10.0);
        Assert.Equal(0, memory.UnsentBytes);
    }

    [Theory]
    [InlineData(1.0, 0.6)]
    [InlineData(1.0, 0.2)]
    [InlineData(4.0, 3.0)]
    public void A_heavy_writer_settles_where_it_writes_as_fast_as_is_sent_and_below_the_curves_floor(double gib, double seconds)
    {
        const double Rate = GiB;
        var memory = new GuestMemory(Memory((gib * GiB, seconds)), 8 * GiB);
        for (var round = 0; round < 200; round++)
        {
            memory.Advance(memory.UnsentBytes / Rate, Rate, 1);
            memory.Sync();
        }

        // So many clean pages are written as are sent: a page written again before its turn is sent once.
        var floor = gib * GiB - Rate * seconds;
        Assert.Equal(floor, memory.RemainingBytes, 1e-6 * GiB);

        // V = D(V / rate) counts those pages twice, so it errs on the long side.
        var curve = DirtyCurve.Fit([.. Enumerable.Range(1, 60).Select(i => 0.1 * i).Select(t => (t, gib * GiB * (1 - Math.Exp(-t / seconds))))])!;
        Assert.InRange(curve.ReachableFloorBytes(Rate), floor, gib * GiB);
    }

    [Fact]
    public void A_light_writer_converges_to_nothing()
    {
        var memory = new GuestMemory(Memory((0.5 * GiB, 1)), GiB);
        for (var round = 0; round < 200; round++)
        {
            memory.Advance(memory.UnsentBytes / GiB, GiB, 1);
            memory.Sync();
        }

        Assert.Equal(0, memory.RemainingBytes, 1.0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Nothing_is_lost_and_nothing_is_negative(int seed)
    {
        var random = new Random(seed);
        const double Ram = 2 * GiB;
        var memory = new GuestMemory(Memory((GiB / 2, 0.02), (GiB, 7)), Ram);
        for (var step = 0; step < 3000; step++)
        {
            var (unsent, remaining) = (memory.UnsentBytes, memory.RemainingBytes);
            if (random.Next(4) == 0)
            {
                memory.Sync();
                Assert.Equal(remaining, memory.UnsentBytes, 2.0);
                Assert.Equal(memory.UnsentBytes, memory.RemainingBytes, 1e-3);
                continue;
            }

            var sent = memory.Advance(random.NextDouble(), random.NextDouble() * GiB, random.Next(3));
            Assert.InRange(sent, 0, unsent);
            Assert.Equal(unsent - sent, memory.UnsentBytes, 2.0);
            Assert.InRange(memory.RemainingBytes, Math.Max(memory.UnsentBytes, remaining - sent - 2), Ram + 2);
        }
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(1)]
    [InlineData(2.2)]
    [InlineData(2.9)]
    public void A_step_in_two_gives_the_same_as_in_one_even_where_all_is_sent_within_it(double first)
    {
        var (whole, parts) = (Busy(), Busy());

        var sent = whole.Advance(3, GiB, 1.5);
        var sentInParts = parts.Advance(first, GiB, 1.5) + parts.Advance(3 - first, GiB, 1.5);

        Assert.Equal(sent, sentInParts, 10.0);
        Assert.Equal(whole.UnsentBytes, parts.UnsentBytes, 10.0);
        Assert.Equal(whole.RemainingBytes, parts.RemainingBytes, 10.0);

        static GuestMemory Busy() => new(Memory((GiB, 0.6), (GiB / 2, 15)), 2 * GiB);
    }
}
