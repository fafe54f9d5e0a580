using System.Buffers.Binary;
using Planner.Devices;

namespace Planner.Tests.Vfio;

/// <summary>A kernel of this test's own with one VFIO device, written from the uAPI header and independent of the product's encoders:
/// it knows request numbers and byte layouts, keeps every ioctl it was asked, and does what a test injects.</summary>
internal sealed class FakeKernel : IVfioKernel
{
    public const int Einval = -22, Enotty = -25, Enodev = -19, Ebusy = -16, Eintr = -4, Enomsg = -42;

    private readonly Dictionary<int, string> _open = [];
    private int _next = 100;

    /// <summary>Every ioctl: what it was asked of, the request, and the bytes of its argument as they were passed in.</summary>
    public List<(string On, uint Request, string Bytes)> Calls { get; } = [];

    /// <summary>The names of descriptors that were closed, in order.</summary>
    public List<string> Closed { get; } = [];

    /// <summary>Results of opening paths that are not to succeed, by the end of the path.</summary>
    public Dictionary<string, int> OpenResults { get; } = [];

    /// <summary>Answers an ioctl in the kernel's stead; null for "as usual".</summary>
    public Func<string, uint, byte[], int?> OnControl { get; set; } = (_, _, _) => null;

    public ulong Flags { get; set; } = 7;

    public uint State { get; set; } = 2;

    /// <summary>Features that a probe finds, beside 1 and 2.</summary>
    public HashSet<int> Features { get; } = [9];

    public bool HasMigration { get; set; } = true;

    public ulong DataSizeBytes { get; set; } = 4096;

    /// <summary>What reads of a stream give: bytes, or a result below 0.</summary>
    public Queue<object> Reads { get; } = new();

    public List<byte> Written { get; } = [];

    /// <summary>Results of writes that are not "all of it"; below 0 an error.</summary>
    public Queue<int> WriteResults { get; } = new();

    public (ulong Initial, ulong Dirty, uint Flags) PreCopy { get; set; } = (10, 20, 0);

    public bool KeepsCalls { get; set; } = true;

    public int Streams { get; private set; }

    /// <summary>The SETs of the state that were sent, as targets.</summary>
    public IEnumerable<uint> Targets => Calls
        .Where(c => c.Request == 0x3B75 && c.Bytes[8..16] == "02000200")
        .Select(c => BinaryPrimitives.ReadUInt32LittleEndian(Convert.FromHexString(c.Bytes[16..24])));

    public int Open(string path)
    {
        foreach (var (end, result) in OpenResults)
        {
            if (path.EndsWith(end, StringComparison.Ordinal))
            {
                return result;
            }
        }

        return File.Exists(path) ? Add(Path.GetFileName(path)) : -2;
    }

    public void Close(int descriptor)
    {
        Closed.Add(_open[descriptor]);
        _open.Remove(descriptor);
    }

    public int Control(int descriptor, uint request, Span<byte> argument)
    {
        if (KeepsCalls)
        {
            Calls.Add((_open[descriptor], request, Convert.ToHexStringLower(argument)));
            var copy = argument.ToArray();
            var injected = OnControl(_open[descriptor], request, copy);
            copy.CopyTo(argument);
            if (injected is { } result)
            {
                return result;
            }
        }

        return request switch
        {
            0x3B67 => Put32(argument, 4, 1),
            0x3B68 or 0x3B76 or 0x3B77 => 0,
            0x3B81 => Put32(argument, 8, 77),
            0x3B6A => Add("device"),
            0x3B6B => Put32(argument, 4, 3) + Put32(argument, 8, 1),
            0x3B6C => Einval,
            0x3B75 => Feature(argument),
            0x3B79 => Put32(argument, 4, PreCopy.Flags) + Put64(argument, 8, PreCopy.Initial) + Put64(argument, 16, PreCopy.Dirty),
            _ => Enotty,
        };
    }

    public int ControlByValue(int descriptor, uint request, nuint value)
    {
        Calls.Add((_open[descriptor], request, value.ToString()));
        if (OnControl(_open[descriptor], request, []) is { } result)
        {
            return result;
        }

        if (request == 0x3B6F)
        {
            State = 2;
        }

        return 0;
    }

    public int Read(int descriptor, Span<byte> buffer)
    {
        if (Reads.Count == 0)
        {
            return 0;
        }

        if (Reads.Dequeue() is not byte[] bytes)
        {
            return Enomsg;
        }

        bytes.CopyTo(buffer);
        return bytes.Length;
    }

    public int Write(int descriptor, ReadOnlySpan<byte> data)
    {
        var count = WriteResults.Count > 0 ? WriteResults.Dequeue() : data.Length;
        Written.AddRange(data[..Math.Max(0, count)]);
        return count;
    }

    public int ReceiveDescriptor(int socket, Span<byte> message, out int messageBytes) => throw new NotSupportedException("the real kernel passes descriptors");

    public string? PathOf(int descriptor) => null;

    private int Feature(Span<byte> argument)
    {
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(argument[4..]);
        var number = (int)(flags & 0xffff);
        var isKnown = (HasMigration && number is 1 or 2) || Features.Contains(number);
        if (!isKnown || (flags & 0x40000) != 0)
        {
            return isKnown ? 0 : Enotty;
        }

        return (number, flags >> 16) switch
        {
            (1, 1) => Put64(argument, 8, Flags),
            (2, 1) => Put32(argument, 8, State),
            (2, 2) => Enter(argument),
            (9, 1) => Put64(argument, 8, DataSizeBytes),
            (0xfd01, 2) => Enter(argument) + Put32(argument, 40, State),
            (0xfd02, 1) => Put64(argument, 16, 27_000_001),
            (_, 2) => 0,
            _ => Einval,
        };
    }

    private int Enter(Span<byte> argument)
    {
        var before = State;
        State = BinaryPrimitives.ReadUInt32LittleEndian(argument[8..]);
        var opens = State is 4 or 6 || (State is 3 && before is not (6 or 7)) || (State is 7 && before is not 6);
        return Put32(argument, 12, opens ? (uint)Add($"stream {++Streams}") : uint.MaxValue);
    }

    private int Add(string name)
    {
        _open[++_next] = name;
        return _next;
    }

    private static int Put32(Span<byte> bytes, int at, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[at..], value);
        return 0;
    }

    private static int Put64(Span<byte> bytes, int at, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[at..], value);
        return 0;
    }
}
