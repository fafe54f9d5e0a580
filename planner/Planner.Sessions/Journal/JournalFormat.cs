using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text.Json;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>
/// The bytes of a journal, little-endian: a preamble of 64 bytes, the header as JSON filled up to a multiple of 64, then room for
/// entries of 64 bytes each, all zero before they are written. The last 8 bytes of the preamble are a checksum of all before the entries,
/// and the last 8 of an entry one of the rest of it. They are written last, at once: an entry without them was torn by the end of its process, which
/// had not acted on it, and counts as not written; whatever else does not fit is damage.
/// </summary>
internal static class JournalFormat
{
    /// <summary>The version that is written; <see cref="OldJournalFormat"/> is read too, and version 2, whose header knew no promise.</summary>
    public const int Version = 3;

    private const int VersionWithoutPromise = 2;

    public const int EntryBytes = 64;
    public const int PreambleBytes = 64;
    public const int ChecksumBytes = 8;
    public const int ChecksumOffset = EntryBytes - ChecksumBytes;
    public const int MaximumHeaderBytes = 1 << 20;
    public const int MaximumEntries = 1 << 16;

    /// <summary>Kept free, when a journal is full, for the switchover, the handover, taking it back, and the end.</summary>
    public const int LastEntries = 4;

    private const int LengthOffset = 16;
    private const int CapacityOffset = 20;

    /// <summary>What stands in front of every version; the version follows as a digit.</summary>
    private static ReadOnlySpan<byte> Name => "PLNJRNL"u8;

    /// <summary>Where the entries begin.</summary>
    public static int EntriesOffset(int headerBytes) => PreambleBytes + ((headerBytes + EntryBytes - 1) / EntryBytes * EntryBytes);

    public static byte[] WriteHeader(JournalHeader header) => JsonSerializer.SerializeToUtf8Bytes(header, JournalJson.Default.JournalHeader);

    /// <summary>A whole journal without entries.</summary>
    /// <param name="header">The header as JSON.</param>
    /// <param name="capacity">The number of entries to leave room for.</param>
    public static byte[] Write(ReadOnlySpan<byte> header, int capacity)
    {
        var file = new byte[EntriesOffset(header.Length) + (capacity * EntryBytes)];
        Name.CopyTo(file);
        file[Name.Length] = (byte)('0' + Version);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(LengthOffset), header.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(CapacityOffset), capacity);
        header.CopyTo(file.AsSpan(PreambleBytes));
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(ChecksumOffset), Checksum(file.AsSpan(0, EntriesOffset(header.Length))));
        return file;
    }

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
        BinaryPrimitives.WriteUInt64LittleEndian(target[ChecksumOffset..], Crc64.HashToUInt64(target[..ChecksumOffset]));
    }

    /// <summary>Reads a whole journal, of this version or the one before.</summary>
    /// <exception cref="JournalException">It is damaged, or of a version that is not known here.</exception>
    public static JournalContents Read(ReadOnlySpan<byte> file, string path)
    {
        if (file.Length < PreambleBytes || !file.StartsWith(Name))
        {
            throw Damaged(path, "its beginning");
        }

        return (file[Name.Length] - '0') switch
        {
            Version or VersionWithoutPromise => ReadThis(file, path),
            OldJournalFormat.Version => OldJournalFormat.Read(file, path),
            _ => throw new JournalException(
                $"The journal {path} is of another build of the planner (version '{(char)file[Name.Length]}' of its form; this one reads {OldJournalFormat.Version} to {Version}): run 'planner recover' of the build that wrote it."),
        };
    }

    public static JournalHeader ReadHeader(ReadOnlySpan<byte> json, string path)
    {
        try
        {
            return JsonSerializer.Deserialize(json, JournalJson.Default.JournalHeader) ?? throw Damaged(path, "its header");
        }
        catch (JsonException e)
        {
            throw Damaged(path, "its header", e);
        }
    }

    /// <summary>Reads an entry whose checksum holds.</summary>
    /// <exception cref="JournalException">It is out of its place, or says what no entry says.</exception>
    public static JournalEntry ReadEntry(ReadOnlySpan<byte> bytes, int number, JournalHeader header, string path)
    {
        var entry = new JournalEntry(
            (JournalEntryKind)BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
            (MigrationSide)BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[24..]),
            new Arc((DeviceState)BinaryPrimitives.ReadInt32LittleEndian(bytes[28..]), (DeviceState)BinaryPrimitives.ReadInt32LittleEndian(bytes[32..])),
            (ArcOutcome)BinaryPrimitives.ReadInt32LittleEndian(bytes[36..]));
        return BinaryPrimitives.ReadInt64LittleEndian(bytes) == number && entry.Device >= 0 && entry.Device < header.Devices.Count
            ? entry
            : throw Damaged(path, $"entry {number}", header: header);
    }

    public static JournalException Damaged(string path, string where, Exception? cause = null, JournalHeader? header = null)
    {
        var whose = header is null
            ? "the machine's devices"
            : $"the machine {header.Machine} ({string.Join(", ", header.Devices.Select(d => $"{d.Source.Address} -> {d.Destination.Address}"))})";
        return new JournalException($"The journal {path} is damaged ({where}): look at {whose} by hand, and when it runs on one side, delete the file.", cause);
    }

    private static JournalContents ReadThis(ReadOnlySpan<byte> file, string path)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(file[LengthOffset..]);
        var capacity = BinaryPrimitives.ReadInt32LittleEndian(file[CapacityOffset..]);
        if (length is <= 0 or > MaximumHeaderBytes || capacity is <= 0 or > MaximumEntries || file.Length != EntriesOffset(length) + (capacity * EntryBytes)
            || Checksum(file[..EntriesOffset(length)]) != BinaryPrimitives.ReadUInt64LittleEndian(file[ChecksumOffset..]))
        {
            throw Damaged(path, "its preamble or header, or it was cut");
        }

        var header = ReadHeader(file.Slice(PreambleBytes, length), path);
        var entries = new List<JournalEntry>();
        var isOver = false;
        for (var area = file[EntriesOffset(length)..]; area.Length > 0; area = area[EntryBytes..])
        {
            var checksum = BinaryPrimitives.ReadUInt64LittleEndian(area[ChecksumOffset..]);
            if (checksum == 0)
            {
                isOver = true;
                continue;
            }

            if (isOver || checksum != Crc64.HashToUInt64(area[..ChecksumOffset]))
            {
                throw Damaged(path, $"entry {entries.Count + 1}", header: header);
            }

            entries.Add(ReadEntry(area, entries.Count + 1, header, path));
        }

        return new JournalContents(header, Version, EntriesOffset(length), capacity, entries);
    }

    /// <summary>Of everything before the entries, but for the checksum itself.</summary>
    /// <summary>The checksum of all before the entries but itself.</summary>
    internal static ulong Checksum(ReadOnlySpan<byte> beginning)
    {
        var sum = new Crc64();
        sum.Append(beginning[..ChecksumOffset]);
        sum.Append(beginning[PreambleBytes..]);
        return sum.GetCurrentHashAsUInt64();
    }
}
