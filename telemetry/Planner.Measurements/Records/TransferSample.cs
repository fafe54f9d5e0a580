namespace Planner.Measurements;

/// <summary>One transfer of state from source to destination: read, sent and loaded, the three overlapping.</summary>
/// <param name="Link">The link, or the pair of device classes, whose transfers are alike.</param>
/// <param name="Phase">The phase.</param>
/// <param name="Bytes">What was carried; at least 0.</param>
/// <param name="Fixed">The part that does not grow with the bytes: until the first byte came.</param>
/// <param name="Moving">From the first byte until the last was loaded.</param>
/// <param name="At">When it ended.</param>
public sealed record TransferSample(string Link, TransferPhase Phase, long Bytes, TimeSpan Fixed, TimeSpan Moving, DateTimeOffset At);
