using System.Runtime.InteropServices;
using Planner.Measurements;

namespace Planner.Devices;

/// <summary>The running kernel. Every system call that this program makes itself is in this class.</summary>
/// <remarks>Layouts of <c>struct msghdr</c> and <c>struct cmsghdr</c>: 64-bit Linux.</remarks>
internal sealed unsafe partial class VfioSyscalls : IVfioKernel
{
    private const int ReadWrite = 2;
    private const int CloseOnExec = 0x80000;
    private const int ReceivedCloseOnExec = 0x40000000;
    private const int ControlTruncated = 0x8;
    private const int SocketLevel = 1;
    private const int Rights = 1;
    private const int ControlHeadBytes = 16;

    // A peer that sends more descriptors than this loses the rest, which the kernel closes.
    private const int MaxReceived = 4;

    private VfioSyscalls()
    {
    }

    /// <summary>The kernel that this process runs on.</summary>
    public static VfioSyscalls Instance { get; } = new();

    /// <inheritdoc/>
    public int Open(string path) => Result(open(path, ReadWrite | CloseOnExec));

    /// <inheritdoc/>
    public void Close(int descriptor) => _ = close(descriptor);

    /// <inheritdoc/>
    public int Control(int descriptor, uint request, Span<byte> argument)
    {
        fixed (byte* address = argument)
        {
            return Result(ioctl(descriptor, request, (nuint)address));
        }
    }

    /// <inheritdoc/>
    public int ControlByValue(int descriptor, uint request, nuint value) => Result(ioctl(descriptor, request, value));

    /// <inheritdoc/>
    public int Read(int descriptor, Span<byte> buffer)
    {
        fixed (byte* address = buffer)
        {
            return Result(read(descriptor, address, (nuint)buffer.Length));
        }
    }

    /// <inheritdoc/>
    public int Write(int descriptor, ReadOnlySpan<byte> data)
    {
        fixed (byte* address = data)
        {
            return Result(write(descriptor, address, (nuint)data.Length));
        }
    }

    /// <inheritdoc/>
    public int ReceiveDescriptor(int socket, Span<byte> message, out int messageBytes)
    {
        var control = stackalloc byte[ControlHeadBytes + (MaxReceived * sizeof(int))];
        fixed (byte* address = message)
        {
            var part = new IoVector { Address = address, Bytes = (nuint)message.Length };
            var head = new MessageHead
            {
                Parts = &part,
                PartCount = 1,
                Control = control,
                ControlBytes = ControlHeadBytes + (MaxReceived * sizeof(int)),
            };
            var received = Result(recvmsg(socket, &head, ReceivedCloseOnExec));
            messageBytes = Math.Max(0, received);
            return received < 0 ? received : TakeOne(control, (long)head.ControlBytes, (head.Flags & ControlTruncated) != 0);
        }
    }

    /// <inheritdoc/>
    public string? PathOf(int descriptor)
    {
        try
        {
            return new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Takes the descriptor out of the control data; with several of them all are closed.</summary>
    private static int TakeOne(byte* control, long controlBytes, bool isTruncated)
    {
        if (controlBytes < ControlHeadBytes || *(int*)(control + 8) != SocketLevel || *(int*)(control + 12) != Rights)
        {
            return -(int)Errno.ENOMSG;
        }

        var count = (int)((Math.Min(*(long*)control, controlBytes) - ControlHeadBytes) / sizeof(int));
        var descriptors = new ReadOnlySpan<int>(control + ControlHeadBytes, Math.Clamp(count, 0, MaxReceived));
        if (descriptors.Length == 1 && !isTruncated)
        {
            return descriptors[0];
        }

        foreach (var descriptor in descriptors)
        {
            _ = close(descriptor);
        }

        return -(int)Errno.ENOMSG;
    }

    // Buffers here are far below 2 GiB, so that a count always fits.
    private static int Result(nint result) => result >= 0 ? (int)result : -Marshal.GetLastPInvokeError();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int descriptor, nuint request, nuint argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int descriptor, byte* buffer, nuint bytes);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int descriptor, byte* data, nuint bytes);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recvmsg(int socket, MessageHead* message, int flags);

    [StructLayout(LayoutKind.Sequential)]
    private struct IoVector
    {
        public byte* Address;
        public nuint Bytes;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHead
    {
        public byte* Name;
        public uint NameBytes;
        public IoVector* Parts;
        public nuint PartCount;
        public byte* Control;
        public nuint ControlBytes;
        public int Flags;
    }
}
