using System.Buffers.Binary;
using System.IO.Hashing;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>
/// The form of the first builds. Its preamble had no checksum, and its end was a mark there; what they cannot vouch for is damage. It is read
/// and gone on with, so that a migration that such a build began comes to its end.
/// </summary>
internal static class OldJournalFormat
{
    public const int Version = 1;

    private const int ChecksumOffset = 60;
    private const int UnusedOffset = 20;
    private const int ClosedOffset = 24;

    /// <summary>Writes the checksum of an entry.</summary>
    public static void Seal(Span<byte> entry)
    {
        entry[JournalFormat.ChecksumOffset..].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(entry[ChecksumOffset..], Crc32.HashToUInt32(entry[..ChecksumOffset]));
    }

    /// <summary>Reads a whole journal.</summary>
    /// <exception cref="JournalException">It is damaged, or may be.</exception>
    public static JournalContents Read(ReadOnlySpan<byte> file, string path)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(file[8..]);
        var capacity = BinaryPrimitives.ReadInt32LittleEndian(file[16..]);
        if (length is <= 0 or > JournalFormat.MaximumHeaderBytes || capacity is <= 0 or > JournalFormat.MaximumEntries
            || file.Length != JournalFormat.EntriesOffset(length) + (capacity * JournalFormat.EntryBytes)
            || Crc32.HashToUInt32(file.Slice(JournalFormat.PreambleBytes, length)) != BinaryPrimitives.ReadUInt32LittleEndian(file[12..])
            || file[(JournalFormat.PreambleBytes + length)..JournalFormat.EntriesOffset(length)].ContainsAnyExcept((byte)0)
            || file[UnusedOffset..ClosedOffset].ContainsAnyExcept((byte)0) || file[(ClosedOffset + 1)..JournalFormat.PreambleBytes].ContainsAnyExcept((byte)0))
        {
            throw JournalFormat.Damaged(path, "its preamble or header, or it was cut");
        }

        var header = JournalFormat.ReadHeader(file.Slice(JournalFormat.PreambleBytes, length), path);
        if (file[ClosedOffset] != 0)
        {
            // One flipped bit looks like it.
            throw JournalFormat.Damaged(path, "its mark that all was over has no checksum", header: header);
        }

        return new JournalContents(header, Version, JournalFormat.EntriesOffset(length), capacity, ReadEntries(file[JournalFormat.EntriesOffset(length)..], header, path));
    }

    private static List<JournalEntry> ReadEntries(ReadOnlySpan<byte> area, JournalHeader header, string path)
    {
        var entries = new List<JournalEntry>();
        for (; area.ContainsAnyExcept((byte)0); area = area[JournalFormat.EntryBytes..])
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(area[ChecksumOffset..]) != Crc32.HashToUInt32(area[..ChecksumOffset]))
            {
                throw JournalFormat.Damaged(path, $"entry {entries.Count + 1}", header: header);
            }

            entries.Add(JournalFormat.ReadEntry(area, entries.Count + 1, header, path));
        }

        return entries;
    }
}
