namespace Planner.Devices;

/// <summary>Number and layout of the private deadline feature. No vendor range exists, so a site may have to move them.</summary>
public sealed record DeadlineFeatureOptions
{
    /// <summary>How a deadline is carried. <see cref="DeadlineShape.None"/> does not even ask for it; over a socket only
    /// <see cref="DeadlineShape.A"/> exists otherwise.</summary>
    public DeadlineShape Shape { get; init; } = DeadlineShape.A;

    /// <summary>The number of SET_STATE_DEADLINE.</summary>
    public ushort SetStateFeature { get; init; } = VfioUserProtocol.DefaultDeadlineFeature;

    /// <summary>The number of ARC_LATENCY.</summary>
    public ushort ArcLatencyFeature { get; init; } = VfioUserProtocol.DefaultArcLatencyFeature;
}
