using Planner.Lab;
using Xunit;

namespace Planner.Tests.Lab;

/// <summary>The link's arithmetic in virtual time, with sleeps that last as long as one likes.</summary>
public sealed class TokenBucketTests
{
    private const double MiB = LinkRate.MiB;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(20, 0)]
    [InlineData(50, 0.5)]
    [InlineData(100, 1)]
    public void The_rate_is_kept_even_where_sleeps_last_too_long(double rate, double oversleepMilliseconds)
    {
        var seconds = Pass(8 * MiB, _ => rate * MiB, oversleepMilliseconds);

        Assert.InRange(8 / seconds, rate * 0.98, rate * 1.02);
    }

    [Fact]
    public void Two_rates_that_take_turns_give_their_mean()
    {
        var rate = LinkRate.Alternating(60, 20, TimeSpan.FromSeconds(0.3));

        var seconds = Pass(96 * MiB, t => rate.At(TimeSpan.FromSeconds(t)), 0);

        Assert.InRange(96 / seconds, 39, 41);
    }

    [Fact]
    public void Turns_begin_with_the_first_rate()
    {
        var rate = LinkRate.Alternating(60, 20, TimeSpan.FromSeconds(0.3));

        Assert.Equal([60, 60, 20, 60, 20], new[] { 0, 0.29, 0.3, 0.6, 0.95 }.Select(s => rate.At(TimeSpan.FromSeconds(s)) / MiB));
    }

    [Fact]
    public void An_idle_link_lets_two_milliseconds_and_a_chunk_through_at_once()
    {
        var bucket = new TokenBucket(0);
        var (now, atOnce) = (60_000_000_000L, 0);
        while (bucket.Take(1024, 50 * MiB, now) == TimeSpan.Zero)
        {
            atOnce += 1024;
        }

        Assert.InRange(atOnce, TokenBucket.ChunkBytes, TokenBucket.ChunkBytes + (0.002 * 50 * MiB));
    }

    [Fact]
    public void A_clock_that_goes_back_gives_nothing()
    {
        var bucket = new TokenBucket(1_000_000_000);
        Assert.Equal(TimeSpan.Zero, bucket.Take(TokenBucket.ChunkBytes, MiB, 1_000_000_000));

        Assert.True(bucket.Take(1024, MiB, 0) > TimeSpan.Zero);
    }

    // The time in seconds that bytes take.
    private static double Pass(double bytes, Func<double, double> rateAt, double oversleepMilliseconds)
    {
        var (bucket, now, passed) = (new TokenBucket(0), 0d, 0d);
        while (passed < bytes)
        {
            var wait = bucket.Take(TokenBucket.ChunkBytes, rateAt(now), (long)(now * 1e9));
            passed += wait == TimeSpan.Zero ? TokenBucket.ChunkBytes : 0;
            now += wait == TimeSpan.Zero ? 0 : wait.TotalSeconds + (oversleepMilliseconds / 1000);
        }

        return now;
    }
}
