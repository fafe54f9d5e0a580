namespace Planner.Sessions;

/// <summary>What two movers on two hosts say to each other about one stream: u32 length in front of each chunk, and a length of 0 with
/// the u64 number of all bytes behind it for an end. Little-endian.</summary>
/// <remarks>An end of the connection is never an end of the stream, so that an image is whole or refused.</remarks>
internal static class PeerFrame
{
    /// <summary>The size of what stands in front of a chunk, in bytes.</summary>
    public const int HeadBytes = 4;

    /// <summary>The size of an end, in bytes: the length 0, and the number of all bytes since the last end.</summary>
    public const int EndBytes = 12;

    /// <summary>The largest chunk that is taken, in bytes.</summary>
    public const int MaxChunkBytes = 64 << 20;
}
