namespace Planner.Measurements;

/// <summary>The Linux error numbers that devices, kernels and vfio-user servers answer with (x86-64 and arm64 values).</summary>
/// <remarks>Other numbers are kept as they are: cast any number to this type. <c>default</c> is <see cref="None"/>.</remarks>
public enum Errno
{
    /// <summary>No error number: success, or a failure that named no reason.</summary>
    None = 0,

    /// <summary>Operation not permitted.</summary>
    EPERM = 1,

    /// <summary>No such file or object.</summary>
    ENOENT = 2,

    /// <summary>Interrupted by a signal.</summary>
    EINTR = 4,

    /// <summary>Input or output error.</summary>
    EIO = 5,

    /// <summary>Argument list too long.</summary>
    E2BIG = 7,

    /// <summary>Nothing to read without waiting.</summary>
    EAGAIN = 11,

    /// <summary>Out of memory.</summary>
    ENOMEM = 12,

    /// <summary>Permission denied.</summary>
    EACCES = 13,

    /// <summary>Bad address.</summary>
    EFAULT = 14,

    /// <summary>Device or resource busy.</summary>
    EBUSY = 16,

    /// <summary>Already exists.</summary>
    EEXIST = 17,

    /// <summary>The device or its stream is gone.</summary>
    ENODEV = 19,

    /// <summary>Invalid argument, refused arc, or not offered.</summary>
    EINVAL = 22,

    /// <summary>Not offered.</summary>
    ENOTTY = 25,

    /// <summary>No space left.</summary>
    ENOSPC = 28,

    /// <summary>Broken pipe.</summary>
    EPIPE = 32,

    /// <summary>Function not implemented.</summary>
    ENOSYS = 38,

    /// <summary>Nothing on the stream now; more may come.</summary>
    ENOMSG = 42,

    /// <summary>Deadline refused: the device expects to take longer.</summary>
    ETIME = 62,

    /// <summary>Bad message: corrupt data.</summary>
    EBADMSG = 74,

    /// <summary>Not supported.</summary>
    EOPNOTSUPP = 95,

    /// <summary>Connection reset by the peer.</summary>
    ECONNRESET = 104,

    /// <summary>Not connected.</summary>
    ENOTCONN = 107,

    /// <summary>Timed out; on the deadline feature: aborted in flight.</summary>
    ETIMEDOUT = 110,

    /// <summary>Connection refused.</summary>
    ECONNREFUSED = 111,

    /// <summary>Remote input or output error.</summary>
    EREMOTEIO = 121,
}
