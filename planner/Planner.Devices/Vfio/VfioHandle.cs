using System.Runtime.InteropServices;

namespace Planner.Devices;

/// <summary>A descriptor of the kernel. Closing it while a call is under way closes it when the call ends, so that the number of a
/// descriptor is never used for another one.</summary>
/// <remarks>Calls take no lock and allocate nothing. A handle can be made empty, off a hot path, and filled later.</remarks>
internal sealed class VfioHandle(IVfioKernel kernel) : SafeHandle(-1, ownsHandle: true)
{
    /// <summary>Makes a handle of a descriptor.</summary>
    public VfioHandle(IVfioKernel kernel, int descriptor)
        : this(kernel) => Fill(descriptor);

    /// <inheritdoc/>
    public override bool IsInvalid => handle < 0;

    /// <summary>The number, for structures that carry it and for looking it up.</summary>
    public int Number => (int)handle;

    /// <summary>Gives an empty handle its descriptor.</summary>
    public void Fill(int descriptor) => SetHandle(descriptor);

    /// <summary>An ioctl with a structure.</summary>
    /// <exception cref="ObjectDisposedException">The handle is closed.</exception>
    public int Control(uint request, Span<byte> argument)
    {
        var isHeld = false;
        try
        {
            DangerousAddRef(ref isHeld);
            return kernel.Control((int)handle, request, argument);
        }
        finally
        {
            Release(isHeld);
        }
    }

    /// <summary>An ioctl with a number.</summary>
    /// <exception cref="ObjectDisposedException">The handle is closed.</exception>
    public int ControlByValue(uint request, nuint value)
    {
        var isHeld = false;
        try
        {
            DangerousAddRef(ref isHeld);
            return kernel.ControlByValue((int)handle, request, value);
        }
        finally
        {
            Release(isHeld);
        }
    }

    /// <summary>Reads.</summary>
    /// <exception cref="ObjectDisposedException">The handle is closed.</exception>
    public int Read(Span<byte> buffer)
    {
        var isHeld = false;
        try
        {
            DangerousAddRef(ref isHeld);
            return kernel.Read((int)handle, buffer);
        }
        finally
        {
            Release(isHeld);
        }
    }

    /// <summary>Writes.</summary>
    /// <exception cref="ObjectDisposedException">The handle is closed.</exception>
    public int Write(ReadOnlySpan<byte> data)
    {
        var isHeld = false;
        try
        {
            DangerousAddRef(ref isHeld);
            return kernel.Write((int)handle, data);
        }
        finally
        {
            Release(isHeld);
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        kernel.Close((int)handle);
        return true;
    }

    private void Release(bool isHeld)
    {
        if (isHeld)
        {
            DangerousRelease();
        }
    }
}
