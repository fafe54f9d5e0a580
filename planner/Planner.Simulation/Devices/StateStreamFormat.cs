using System.Buffers.Binary;

namespace Planner.Simulation;

/// <summary>
/// The image of a simulated device: sections, each a header of 40 bytes and a payload; the last one has no payload and
/// carries the checksum of all bytes before it. To everybody else it is opaque.
/// </summary>
internal static class StateStreamFormat
{
    /// <summary>The size of a section's header in bytes: u32 magic, u32 kind, u64 sequence, u64 payload bytes, u64 content, u64 value.</summary>
    public const int HeaderBytes = 40;

    /// <summary>The smallest image in bytes: a final section without payload and the end.</summary>
    public const int SmallestBytes = 2 * HeaderBytes;

    private const uint Magic = 0x4d495350; // "PSIM"

    // A prime: chunks of the sizes that movers use do not repeat, so that swapped chunks are different bytes. Small enough
    // to stay in a core's cache.
    private const int ContentBytes = 131_071;

    private static readonly byte[] Content = MakeContent();

    /// <summary>Writes a header of 40 bytes.</summary>
    public static void WriteHeader(Span<byte> target, StateSection section)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], (uint)section.Kind);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], section.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], section.PayloadBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(target[24..], section.Content);
        BinaryPrimitives.WriteUInt64LittleEndian(target[32..], section.Value);
    }

    /// <summary>Reads a header of 40 bytes.</summary>
    /// <returns>False if it is none.</returns>
    public static bool TryReadHeader(ReadOnlySpan<byte> source, out StateSection section)
    {
        section = new StateSection(
            (StateSectionKind)BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[32..]));
        return BinaryPrimitives.ReadUInt32LittleEndian(source) == Magic
            && section.Kind is >= StateSectionKind.Initial and <= StateSectionKind.End
            && section.PayloadBytes >= 0
            && (section.Kind != StateSectionKind.End || section.PayloadBytes == 0);
    }

    /// <summary>Fills a span with the content that belongs at a position of the stream.</summary>
    /// <param name="target">What is filled.</param>
    /// <param name="content">Which content: a random number of the stream.</param>
    /// <param name="position">The position in the stream in bytes.</param>
    public static void Fill(Span<byte> target, ulong content, long position)
    {
        var at = (int)((content + (ulong)position) % ContentBytes);
        while (!target.IsEmpty)
        {
            var count = Math.Min(target.Length, ContentBytes - at);
            Content.AsSpan(at, count).CopyTo(target);
            target = target[count..];
            at = 0;
        }
    }

    private static byte[] MakeContent()
    {
        var draws = new Draws(0x5EED);
        var bytes = new byte[ContentBytes + sizeof(ulong)];
        for (var i = 0; i < ContentBytes; i += sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i), draws.Bits(DrawKind.Content, 0, i));
        }

        return bytes;
    }
}
