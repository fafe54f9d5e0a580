using System.Buffers.Binary;

namespace Planner.Simulation;

/// <summary>The PCI configuration space of a simulated device: a header of type 0 with one memory BAR, no interrupt and no capabilities. Reads give
/// what hardware would; writes reach only what software may set.</summary>
/// <remarks>Offsets: PCI Local Bus Specification 3.0, section 6.1.</remarks>
internal sealed class ServerConfigSpace
{
    /// <summary>The size of the space in bytes.</summary>
    public const int Bytes = 256;

    // The vendor under which emulators keep devices that no factory makes.
    private const ushort Vendor = 0x1234;
    private const ushort Device = 0x504c;
    private const byte OtherClass = 0xff;
    private const int Command = 0x04;
    private const int ClassCode = 0x08;
    private const int CacheLine = 0x0c;
    private const int Bar = 0x10;
    private const int Subsystem = 0x2c;
    private const int InterruptLine = 0x3c;

    // I/O and memory access, bus master, parity and system errors, interrupts off.
    private const ushort WritableCommand = 0x0547;

    private readonly byte[] _bytes = new byte[Bytes];
    private readonly byte[] _writable = new byte[Bytes];

    /// <param name="barBytes">The size of the BAR's region; a power of two.</param>
    public ServerConfigSpace(int barBytes)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_writable.AsSpan(Command), WritableCommand);
        _writable[CacheLine] = 0xff;
        _writable[InterruptLine] = 0xff;

        // The bits below its size read as 0, by which software learns how large the BAR is.
        BinaryPrimitives.WriteInt32LittleEndian(_writable.AsSpan(Bar), -barBytes);
        Reset();
    }

    /// <summary>As after a reset.</summary>
    public void Reset()
    {
        _bytes.AsSpan().Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes, Vendor);
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(2), Device);
        _bytes[ClassCode] = 1;
        _bytes[ClassCode + 3] = OtherClass;
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(Subsystem), Vendor);
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(Subsystem + 2), Device);
    }

    /// <summary>Reads bytes; the range is inside.</summary>
    public void Read(int offset, Span<byte> target) => _bytes.AsSpan(offset, target.Length).CopyTo(target);

    /// <summary>Writes bytes; the range is inside.</summary>
    public void Write(int offset, ReadOnlySpan<byte> source)
    {
        for (var i = 0; i < source.Length; i++)
        {
            ref var current = ref _bytes[offset + i];
            var mask = _writable[offset + i];
            current = (byte)((current & ~mask) | (source[i] & mask));
        }
    }
}
