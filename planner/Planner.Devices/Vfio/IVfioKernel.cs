namespace Planner.Devices;

/// <summary>The system calls that drive VFIO devices. Apart from the kernel itself only scripts of tests implement it.</summary>
/// <remarks>Every call gives a result of 0 or more, or the error number with a minus sign, such as -22 for EINVAL. None of them throws,
/// allocates, or tries again after EINTR: what is right then depends on the call.</remarks>
public interface IVfioKernel
{
    /// <summary>Opens a node for reading and writing, to be closed on exec.</summary>
    /// <returns>The descriptor, or -errno.</returns>
    int Open(string path);

    /// <summary>Closes a descriptor. Like close(2) this is never repeated.</summary>
    void Close(int descriptor);

    /// <summary>An ioctl whose argument is the address of a structure.</summary>
    int Control(int descriptor, uint request, Span<byte> argument);

    /// <summary>An ioctl whose argument is a number.</summary>
    int ControlByValue(int descriptor, uint request, nuint value);

    /// <summary>Reads from a stream; may block.</summary>
    /// <returns>The number of bytes, 0 at an end, or -errno.</returns>
    int Read(int descriptor, Span<byte> buffer);

    /// <summary>Writes to a stream; may block.</summary>
    /// <returns>The number of bytes taken, or -errno.</returns>
    int Write(int descriptor, ReadOnlySpan<byte> data);

    /// <summary>Receives one message with one descriptor (SCM_RIGHTS) from a connected UNIX socket.</summary>
    /// <param name="socket">The socket's descriptor.</param>
    /// <param name="message">Takes the bytes of the message.</param>
    /// <param name="messageBytes">How many there were; 0 or more.</param>
    /// <returns>The descriptor, to be closed by the caller; -ENOMSG if the message carried none or several; or -errno.</returns>
    int ReceiveDescriptor(int socket, Span<byte> message, out int messageBytes);

    /// <summary>Where an open descriptor of this process leads (<c>/proc/self/fd/N</c>); null if that is not known.</summary>
    string? PathOf(int descriptor);
}
