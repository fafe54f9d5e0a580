namespace Planner.Measurements;

/// <summary>A device's stream was carried to the other side: a pre-copy round, or the whole stop phase.</summary>
/// <param name="Device">The device's name in the session.</param>
/// <param name="Phase">The phase.</param>
/// <param name="Bytes">What was carried.</param>
/// <param name="UntilFirstByte">Until the first byte came.</param>
/// <param name="Took">From start to the last byte loaded.</param>
public sealed record StreamMoved(string Device, TransferPhase Phase, long Bytes, TimeSpan UntilFirstByte, TimeSpan Took) : SessionNotice;
