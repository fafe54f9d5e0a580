using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>What a transfer from device to device came to. Times are those of the monotonic clock, in nanoseconds.</summary>
/// <param name="Bytes">What was read, and if nothing failed also loaded.</param>
/// <param name="StartNanoseconds">When reading began.</param>
/// <param name="FirstByteNanoseconds">When the first byte was there; when reading ended if there was none.</param>
/// <param name="EndNanoseconds">When the last byte was loaded.</param>
/// <param name="FailedSide">The side that failed; null if none did.</param>
/// <param name="Trouble">Why, in one sentence; null if nothing failed.</param>
public sealed record TransferResult(
    long Bytes,
    long StartNanoseconds,
    long FirstByteNanoseconds,
    long EndNanoseconds,
    MigrationSide? FailedSide,
    string? Trouble)
{
    /// <summary>The number of reads that gave something.</summary>
    public long Chunks { get; init; }

    /// <summary>The time spent inside the reads of the source, waiting for its first byte included.</summary>
    public TimeSpan Reading { get; init; }

    /// <summary>The time spent inside the writes to the destination. It overlaps with <see cref="Reading"/>.</summary>
    public TimeSpan Loading { get; init; }

    /// <summary>Until the first byte was there.</summary>
    public TimeSpan UntilFirstByte => MonotonicTime.Between(StartNanoseconds, FirstByteNanoseconds);

    /// <summary>From the start until the last byte was loaded.</summary>
    public TimeSpan Took => MonotonicTime.Between(StartNanoseconds, EndNanoseconds);
}
