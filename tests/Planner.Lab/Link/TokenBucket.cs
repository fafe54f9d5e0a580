namespace Planner.Lab;

/// <summary>
/// The arithmetic of a link of limited rate, without a clock. Bytes may pass while there are tokens for them; tokens come at the rate, and at most
/// 2 ms of them and a chunk are kept. So a sleep that lasts a little too long costs no rate, and an idle link lets no more than that through at once.
/// </summary>
public sealed class TokenBucket
{
    /// <summary>What passes at once, in bytes.</summary>
    public const int ChunkBytes = 16 * 1024;

    private const double KeptSeconds = 0.002;
    private double _tokens = ChunkBytes;
    private long _lastNanoseconds;

    /// <summary>Starts with tokens for one chunk.</summary>
    /// <param name="nowNanoseconds">The time now.</param>
    public TokenBucket(long nowNanoseconds) => _lastNanoseconds = nowNanoseconds;

    /// <summary>Takes tokens for bytes if there are enough.</summary>
    /// <param name="bytes">How many bytes want to pass, at most <see cref="ChunkBytes"/>.</param>
    /// <param name="bytesPerSecond">The rate since the last call; above 0.</param>
    /// <param name="nowNanoseconds">The time now.</param>
    /// <returns>Zero if they may pass now, or else how long to wait before the next try.</returns>
    public TimeSpan Take(int bytes, double bytesPerSecond, long nowNanoseconds)
    {
        var passed = Math.Max(0, nowNanoseconds - _lastNanoseconds) / 1e9;
        _lastNanoseconds = nowNanoseconds;
        _tokens = Math.Min(ChunkBytes + (KeptSeconds * bytesPerSecond), _tokens + (passed * bytesPerSecond));
        if (_tokens >= bytes)
        {
            _tokens -= bytes;
            return TimeSpan.Zero;
        }

        return TimeSpan.FromMicroseconds(Math.Max(1, (bytes - _tokens) / bytesPerSecond * 1e6));
    }
}
