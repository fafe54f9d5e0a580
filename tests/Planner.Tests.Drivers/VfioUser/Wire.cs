using System.Buffers.Binary;
using System.Text;

namespace Planner.Tests.VfioUser;

/// <summary>Writes frames for scripted servers, from the protocol's text and without the product's own types.</summary>
public static class Wire
{
    public const ushort Version = 1;
    public const ushort GetInfo = 4;
    public const ushort RegionRead = 9;
    public const ushort GetRegionInfo = 5;
    public const ushort DmaRead = 11;
    public const ushort DmaWrite = 12;
    public const ushort Reset = 13;
    public const ushort Feature = 16;
    public const ushort DataRead = 17;
    public const ushort DataWrite = 18;

    public const uint Get = 0x10000;
    public const uint Set = 0x20000;
    public const uint Probe = 0x40000;

    /// <summary>Bytes from hexadecimal digits; blanks and line ends do not count.</summary>
    public static byte[] Hex(string text) => Convert.FromHexString(string.Concat(text.Where(c => !char.IsWhiteSpace(c))));

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[] U16(int value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        return bytes;
    }

    public static byte[] U32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    public static byte[] U64(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }

    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(p => p)];

    public static byte[] Frame(int id, int command, uint flags, uint error, params byte[][] payload)
    {
        var body = Join(payload);
        return Join(U16(id), U16(command), U32((uint)(16 + body.Length)), U32(flags), U32(error), body);
    }

    public static byte[] Command(int id, int command, params byte[][] payload) => Frame(id, command, 0, 0, payload);

    public static byte[] Reply(int id, int command, params byte[][] payload) => Frame(id, command, 1, 0, payload);

    public static byte[] Error(int id, int command, uint error) => Frame(id, command, 0x21, error);

    /// <summary>The reply to VERSION: version 0.2 and JSON with its NUL.</summary>
    public static byte[] VersionReply(string json) => Reply(0, Version, U16(0), U16(2), Text(json), [0]);

    /// <summary>A feature request.</summary>
    public static byte[] FeatureRequest(int id, uint argsz, uint flagsAndIndex, params byte[][] data) =>
        Command(id, Feature, U32(argsz), U32(flagsAndIndex), Join(data));

    /// <summary>A feature reply; argsz counts head and data.</summary>
    public static byte[] FeatureReply(int id, uint flagsAndIndex, params byte[][] data) =>
        Reply(id, Feature, U32((uint)(8 + Join(data).Length)), U32(flagsAndIndex), Join(data));
}
