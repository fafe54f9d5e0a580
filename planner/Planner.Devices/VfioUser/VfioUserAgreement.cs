using Planner.Measurements;

namespace Planner.Devices;

/// <summary>What the version handshake with a server agreed. Capabilities that the server does not answer keep their defaults.</summary>
internal sealed record VfioUserAgreement
{
    /// <summary>The minor version that the server speaks, at most <see cref="VfioUserProtocol.MinorVersion"/>.</summary>
    public required ushort MinorVersion { get; init; }

    /// <summary>The largest amount of data that the server takes in one message, in bytes; at least 1.</summary>
    public int MaxDataTransferBytes { get; init; } = VfioUserProtocol.DefaultMaxDataTransferBytes;

    /// <summary>Whether the server claims SET_STATE_DEADLINE. A probe has to confirm it.</summary>
    public bool ClaimsDeadline { get; init; }

    /// <summary>Whether the server claims ARC_LATENCY. A probe has to confirm it.</summary>
    public bool ClaimsArcLatency { get; init; }

    /// <summary>Whether the server claims PRECOPY_INFO. A probe has to confirm it.</summary>
    public bool ClaimsPreCopyInfo { get; init; }

    /// <summary>The device class that the server states; null if it states none that is printable and short enough.</summary>
    public string? DeviceClass { get; init; }

    /// <summary>The commit point that the server states; null if it states none that can be read.</summary>
    public Arc? CommitArc { get; init; }

    /// <summary>What MIG_DATA_SIZE means; null if the server does not say.</summary>
    public DataSizeMeaning? DataSizeMeaning { get; init; }

    /// <summary>Whether the STOP_COPY stream starts again.</summary>
    public bool StreamRestarts { get; init; }
}
