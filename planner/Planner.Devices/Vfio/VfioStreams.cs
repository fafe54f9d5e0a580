using Planner.Measurements;

namespace Planner.Devices;

/// <summary>The migration stream of a device: which descriptor it is now, and how to read and write it.</summary>
/// <remarks>
/// An arc opens a stream only where it starts one; from PRE_COPY to STOP_COPY the stream goes on under the same descriptor. Reads and
/// writes are plain: a stream of VFIO has no pages that could be moved, so splice(2) is refused by the kernel, and one copy out of the
/// driver and one into the next is the least there is.
/// </remarks>
internal sealed class VfioStreams : IDisposable
{
    private readonly string _address;
    private readonly IVfioKernel _kernel;

    private VfioHandle? _current;

    // Closing may make a driver free its buffers, which takes time: what has ended is closed when nothing is stopped.
    private VfioHandle? _ended;

    // Made in advance, so that an arc inside a blackout allocates nothing.
    private VfioHandle? _next;
    private bool _isInStopCopy;
    private bool _guestMayRun;

    public VfioStreams(string address, IVfioKernel kernel)
    {
        _address = address;
        _kernel = kernel;
        _next = new VfioHandle(kernel);
    }

    /// <summary>The stream.</summary>
    /// <exception cref="DeviceException">There is none in the state that the device is in.</exception>
    public VfioHandle Current => _current ?? throw new DeviceException(
        DeviceFault.Failed, $"{_address}: the device has no migration stream now; bring it to PRE_COPY, STOP_COPY or RESUMING first.", Errno.EINVAL);

    /// <summary>Keeps up with an arc.</summary>
    /// <param name="after">The state after it; null if it is not known, and then the stream is kept.</param>
    /// <param name="descriptor">The stream that the arc opened; -1 if it opened none.</param>
    public void Follow(DeviceState? after, int descriptor)
    {
        if (descriptor >= 0)
        {
            Retire();
            _current = _next ?? new VfioHandle(_kernel);
            _next = null;
            _current.Fill(descriptor);
        }
        else if (after is { } state && !state.IsSaving() && state != DeviceState.Resuming)
        {
            Retire();
        }

        _isInStopCopy = after == DeviceState.StopCopy;
        _guestMayRun = after is DeviceState.Running or DeviceState.PreCopy;
        if (after == DeviceState.PreCopy)
        {
            Tidy();
        }
    }

    /// <summary>Closes what has ended and gets ready for the next stream, if nothing is stopped. Called where a question is asked, and never
    /// with an arc into or out of a blackout.</summary>
    public void Tidy()
    {
        if (_guestMayRun)
        {
            _ended?.Dispose();
            _ended = null;
            _next ??= new VfioHandle(_kernel);
        }
    }

    /// <summary>Notes that the device was reset: its stream gives ENODEV from now on.</summary>
    public void End() => Retire();

    /// <summary>Reads; 0 is "nothing now" in pre-copy and the end in STOP_COPY.</summary>
    /// <exception cref="DeviceException">The read failed.</exception>
    public int Read(Span<byte> buffer)
    {
        var stream = Current;
        while (true)
        {
            var result = stream.Read(buffer);
            if (result >= 0)
            {
                return result;
            }

            // In STOP_COPY ENOMSG is not allowed, and as 0 bytes it would pass for the end of the image.
            var error = VfioFailure.Number(result);
            if (error == Errno.ENOMSG && !_isInStopCopy)
            {
                return 0;
            }

            if (error != Errno.EINTR)
            {
                throw VfioFailure.Failed(_address, "a read of migration data", result);
            }
        }
    }

    /// <summary>Writes all of the data.</summary>
    /// <exception cref="DeviceException">The write failed; the image on the device is of no use any more.</exception>
    public void Write(ReadOnlySpan<byte> data)
    {
        var stream = Current;
        while (!data.IsEmpty)
        {
            var result = stream.Write(data);
            if (result > 0)
            {
                data = data[result..];
            }
            else if (VfioFailure.Number(result) != Errno.EINTR)
            {
                // A write that takes nothing would go on for ever.
                throw VfioFailure.Failed(_address, "a write of migration data", result == 0 ? -(int)Errno.EIO : result);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _current?.Dispose();
        _ended?.Dispose();
        _next?.Dispose();
    }

    private void Retire()
    {
        if (_current is { } ended)
        {
            _ended?.Dispose();
            _ended = ended;
            _current = null;
        }
    }
}
