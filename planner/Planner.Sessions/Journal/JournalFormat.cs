using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text.Json;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>
/// The bytes of a journal, little-endian: a preamble of 64 bytes, the header as JSON filled up to a multiple of 64, then entries
/// of 64 bytes each. An entry counts only if its number follows the one before and its checksum holds, so that whatever a
/// crash tore ends the journal and nothing else.
/// </summary>
internal static class JournalFormat
{
    public const int EntryBytes = 64;
    public const int PreambleBytes = 64;
    public const int MaximumHeaderBytes = 1 << 20;
    public const int MaximumEntries = 1 << 16;

    private const ulong Magic = 0x31_4C_4E_52_4A_4E_4C_50; // "PLNJRNL1"
    private const int ChecksumOffset = 60;
    private const int ClosedOffset = 24;
    private const int ClosedMark = 1;

    /// <summary>Where the entries begin.</summary>
    public static int EntriesOffset(int headerBytes) => PreambleBytes + ((headerBytes + EntryBytes - 1) / EntryBytes * EntryBytes);

    public static byte[] WriteHeader(JournalHeader header) => JsonSerializer.SerializeToUtf8Bytes(header, JournalJson.Default.JournalHeader);

    /// <summary>Writes the preamble: magic, length and checksum of the header, number of entries there is room for, closed mark.</summary>
    public static void WritePreamble(Span<byte> preamble, ReadOnlySpan<byte> header, int entries)
    {
        preamble.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(preamble, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(preamble[8..], header.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(preamble[12..], Crc32.HashToUInt32(header));
        BinaryPrimitives.WriteInt32LittleEndian(preamble[16..], entries);
    }

    public static void MarkClosed(Span<byte> preamble) => BinaryPrimitives.WriteInt32LittleEndian(preamble[ClosedOffset..], ClosedMark);

    public static void WriteEntry(Span<byte> target, long number, in JournalEntry entry)
    {
        target.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(target, number);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], entry.TimestampNanoseconds);
        BinaryPrimitives.WriteInt32LittleEndian(target[16..], (int)entry.Kind);
        BinaryPrimitives.WriteInt32LittleEndian(target[20..], (int)entry.Side);
        BinaryPrimitives.WriteInt32LittleEndian(target[24..], entry.Device);
        BinaryPrimitives.WriteInt32LittleEndian(target[28..], (int)entry.Arc.From);
        BinaryPrimitives.WriteInt32LittleEndian(target[32..], (int)entry.Arc.To);
        BinaryPrimitives.WriteInt32LittleEndian(target[36..], (int)entry.Outcome);
        BinaryPrimitives.WriteUInt32LittleEndian(target[ChecksumOffset..], Crc32.HashToUInt32(target[..ChecksumOffset]));
    }

    /// <summary>Reads a whole journal.</summary>
    /// <returns>Null if it was never begun: then nothing was touched.</returns>
    /// <exception cref="JournalException">It was begun, and its preamble or header is damaged.</exception>
    public static JournalContents? Read(ReadOnlySpan<byte> file, string path)
    {
        // The preamble is written last: until then there are only zeros in its place.
        if (!file[..Math.Min(file.Length, PreambleBytes)].ContainsAnyExcept((byte)0))
        {
            return null;
        }

        if (file.Length < PreambleBytes || BinaryPrimitives.ReadUInt64LittleEndian(file) != Magic)
        {
            throw Damaged(path);
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(file[8..]);
        var capacity = BinaryPrimitives.ReadInt32LittleEndian(file[16..]);
        if (length is <= 0 or > MaximumHeaderBytes || file.Length < EntriesOffset(length) || capacity is <= 0 or > MaximumEntries
            || Crc32.HashToUInt32(file.Slice(PreambleBytes, length)) != BinaryPrimitives.ReadUInt32LittleEndian(file[12..]))
        {
            throw Damaged(path);
        }

        JournalHeader header;
        try
        {
            header = JsonSerializer.Deserialize(file.Slice(PreambleBytes, length), JournalJson.Default.JournalHeader) ?? throw Damaged(path);
        }
        catch (JsonException e)
        {
            throw Damaged(path, e);
        }

        var isClosed = BinaryPrimitives.ReadInt32LittleEndian(file[ClosedOffset..]) == ClosedMark;
        return new JournalContents(header, length, capacity, isClosed, ReadEntries(file[EntriesOffset(length)..], header.Devices.Count));
    }

    private static List<JournalEntry> ReadEntries(ReadOnlySpan<byte> area, int devices)
    {
        var entries = new List<JournalEntry>();
        for (; area.Length >= EntryBytes; area = area[EntryBytes..])
        {
            var bytes = area[..EntryBytes];
            var entry = new JournalEntry(
                (JournalEntryKind)BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
                (MigrationSide)BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]),
                BinaryPrimitives.ReadInt32LittleEndian(bytes[24..]),
                new Arc((DeviceState)BinaryPrimitives.ReadInt32LittleEndian(bytes[28..]), (DeviceState)BinaryPrimitives.ReadInt32LittleEndian(bytes[32..])),
                (ArcOutcome)BinaryPrimitives.ReadInt32LittleEndian(bytes[36..]));
            if (BinaryPrimitives.ReadInt64LittleEndian(bytes) != entries.Count + 1
                || BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]) != Crc32.HashToUInt32(bytes[..ChecksumOffset])
                || entry.Device < 0 || entry.Device >= devices)
            {
                break;
            }

            entries.Add(entry);
        }

        return entries;
    }

    private static JournalException Damaged(string path, Exception? inner = null) =>
        new($"The journal {path} is damaged: look at the machine's devices by hand, then delete the file.", inner);
}
