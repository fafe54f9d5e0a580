using Planner.Measurements;

namespace Planner.Engine;

/// <summary>One device of the machine and the way it takes.</summary>
/// <param name="Name">The device's name in the machine.</param>
/// <param name="SourceAddress">Where it comes from, for messages.</param>
/// <param name="DestinationAddress">Where it goes, for messages.</param>
/// <param name="Source">What the source device offers.</param>
/// <param name="Destination">What the destination device offers.</param>
public sealed record DevicePlan(string Name, string SourceAddress, string DestinationAddress, DeviceOffer Source, DeviceOffer Destination)
{
    /// <summary>What the source's address stands for, the same for all addresses of it; the address itself unless somebody knows better.</summary>
    public string SourceIdentity { get; init; } = SourceAddress;

    /// <summary>What the destination's address stands for; as with the source.</summary>
    public string DestinationIdentity { get; init; } = DestinationAddress;

    /// <summary>Whether state is carried while the device runs.</summary>
    /// <remarks>A stream that starts again at STOP_COPY would reach the destination twice: such a device is taken without pre-copy.</remarks>
    public bool UsesPreCopy => Source.Capabilities.Has(MigrationCapabilities.PreCopy) && !Source.StreamRestartsAtStopCopy;

    /// <summary>The source's state before the blackout.</summary>
    public DeviceState ReadyState => UsesPreCopy ? DeviceState.PreCopy : DeviceState.Running;

    /// <summary>The source's P2P state on the way, null if it has none: then it is not quiesced.</summary>
    public DeviceState? QuiescedState => !Source.Capabilities.Has(MigrationCapabilities.P2P)
        ? null
        : UsesPreCopy ? DeviceState.PreCopyP2P : DeviceState.RunningP2P;

    /// <summary>Whether the device can come back from its P2P state at once: its driver's commit point lies behind it.</summary>
    public bool CanComeBackFromQuiesced =>
        QuiescedState is not null && Source.CommitArc.To is not (DeviceState.RunningP2P or DeviceState.PreCopyP2P);

    /// <summary>What a side offers.</summary>
    public DeviceOffer Offer(MigrationSide side) => side == MigrationSide.Source ? Source : Destination;

    /// <summary>The device on a side, in words.</summary>
    public string Describe(MigrationSide side) => side == MigrationSide.Source
        ? $"source device {Name} ({SourceAddress})"
        : $"destination device {Name} ({DestinationAddress})";
}
