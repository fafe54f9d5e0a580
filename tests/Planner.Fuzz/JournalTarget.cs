using System.Buffers.Binary;
using System.IO.Hashing;
using Planner.Measurements;
using Planner.Sessions;

namespace Planner.Fuzz;

/// <summary>The input is a journal. Every failure but a <see cref="JournalException"/> is a finding, and so are contents that recovery cannot ask. After a first
/// byte of '1' or '2', the version of the form, it is only the header's JSON, a NUL and entries, and gets its checksums, which no mutation would find.</summary>
internal static class JournalTarget
{
    private const int Block = 64;

    /// <summary>Reads the journal and asks it what recovery asks.</summary>
    /// <returns>What it holds.</returns>
    public static string Run(byte[] input)
    {
        try
        {
            var file = input is [(byte)'1' or (byte)'2', ..] ? Seal(input[0], input.AsSpan(1)) : input;
            if (JournalFormat.Read(file, "fuzz.journal") is not { } contents)
            {
                return "not begun";
            }

            var touched = 0;
            for (var device = 0; device < contents.Header.Devices.Count; device++)
            {
                touched += contents.WasTouched(MigrationSide.Source, device) ? 1 : 0;
                touched += contents.WasTouched(MigrationSide.Destination, device) ? 1 : 0;
                _ = contents.Header.Devices[device].Source.Address.Length + contents.Header.Devices[device].Destination.Address.Length;
            }

            return $"{contents.Header.Machine}: {contents.Entries.Count} entries, {touched} touched, {(contents.IsClosed ? "closed" : contents.IsHandedOver ? "handed over" : "open")}";
        }
        catch (JournalException e)
        {
            return e.Message;
        }
    }

    // The form is written here once more and not by the product: what that no longer writes is to be read too.
    private static byte[] Seal(byte version, ReadOnlySpan<byte> input)
    {
        var end = input.IndexOf((byte)0);
        var header = end < 0 ? input : input[..end];
        var entries = end < 0 ? [] : input[(end + 1)..];
        var offset = Block + ((header.Length + Block - 1) / Block * Block);
        var count = Math.Max(1, entries.Length / Block);
        var file = new byte[offset + (count * Block)];
        "PLNJRNL"u8.CopyTo(file);
        file[7] = version;
        header.CopyTo(file.AsSpan(Block));
        for (var i = 0; i < entries.Length / Block; i++)
        {
            var entry = file.AsSpan(offset + (i * Block), Block);
            entries.Slice(i * Block, Block).CopyTo(entry);
            BinaryPrimitives.WriteInt64LittleEndian(entry, i + 1);
            SealEntry(version, entry);
        }

        var lengths = file.AsSpan(version == (byte)'1' ? 8 : 16);
        BinaryPrimitives.WriteInt32LittleEndian(lengths, header.Length);
        BinaryPrimitives.WriteInt32LittleEndian(version == (byte)'1' ? lengths[8..] : lengths[4..], count);
        if (version == (byte)'1')
        {
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(12), Crc32.HashToUInt32(header));
        }
        else
        {
            var sum = new Crc64();
            sum.Append(file.AsSpan(0, Block - sizeof(ulong)));
            sum.Append(file.AsSpan(Block..offset));
            BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(Block - sizeof(ulong)), sum.GetCurrentHashAsUInt64());
        }

        return file;
    }

    private static void SealEntry(byte version, Span<byte> entry)
    {
        if (version == (byte)'1')
        {
            BinaryPrimitives.WriteUInt32LittleEndian(entry[60..], Crc32.HashToUInt32(entry[..60]));
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(entry[56..], Crc64.HashToUInt64(entry[..56]));
        }
    }
}
