using System.Buffers.Binary;

namespace Planner.Devices;

/// <summary>The 16 bytes in front of every vfio-user message, in both directions.</summary>
/// <param name="MessageId">Chosen by the sender of a command and echoed in its reply.</param>
/// <param name="Command">The command; echoed in the reply.</param>
/// <param name="MessageBytes">The size of the whole message, these 16 bytes included.</param>
/// <param name="Flags">The type (<see cref="VfioUserFlags.TypeMask"/>) and the options of the message.</param>
/// <param name="Error">The Linux error number of an error reply, otherwise 0. It may be 0 in an error reply too.</param>
/// <remarks>
/// The protocol uses the byte order of the host. Every host with VFIO migration drivers is little-endian, and so is this encoding.
/// Source: vfio-user specification 0.9.2, "Header".
/// </remarks>
public readonly record struct VfioUserHeader(
    ushort MessageId, VfioUserCommand Command, uint MessageBytes, VfioUserFlags Flags, uint Error)
{
    /// <summary>The size of the header in bytes.</summary>
    public const int SizeBytes = 16;

    /// <summary>Whether the type bits say that this is a reply.</summary>
    public bool IsReply => (Flags & VfioUserFlags.TypeMask) == VfioUserFlags.Reply;

    /// <summary>Whether the type bits say that this is a command.</summary>
    public bool IsCommand => (Flags & VfioUserFlags.TypeMask) == VfioUserFlags.Command;

    /// <summary>Whether a reply says that its command failed.</summary>
    public bool IsError => (Flags & VfioUserFlags.Error) != 0;

    /// <summary>Whether the sender of a command wants a reply.</summary>
    public bool WantsReply => (Flags & VfioUserFlags.NoReply) == 0;

    /// <summary>Reads a header; the numbers are not judged.</summary>
    /// <returns>False if there are fewer than 16 bytes.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out VfioUserHeader header)
    {
        if (source.Length < SizeBytes)
        {
            header = default;
            return false;
        }

        header = new VfioUserHeader(
            BinaryPrimitives.ReadUInt16LittleEndian(source),
            (VfioUserCommand)BinaryPrimitives.ReadUInt16LittleEndian(source[2..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            (VfioUserFlags)BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[12..]));
        return true;
    }

    /// <summary>Writes the 16 bytes to the start of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no room for 16 bytes.</exception>
    public void Write(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, SizeBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(destination, MessageId);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], (ushort)Command);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], MessageBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], (uint)Flags);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], Error);
    }
}
