namespace Planner.Measurements;

/// <summary>A device did not do what was asked. The message is one sentence for the person at the terminal.</summary>
public sealed class DeviceException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="fault">What kind of trouble it is.</param>
    /// <param name="message">One sentence that names the device and says what to do.</param>
    /// <param name="errno">The error number that the device gave, if it gave one.</param>
    /// <param name="innerException">The cause, if another exception was.</param>
    public DeviceException(DeviceFault fault, string message, Errno errno = Errno.None, Exception? innerException = null)
        : base(message, innerException)
    {
        Fault = fault;
        Errno = errno;
    }

    /// <summary>What kind of trouble it is.</summary>
    public DeviceFault Fault { get; }

    /// <summary>The error number that the device gave; <see cref="Errno.None"/> if it gave none.</summary>
    public Errno Errno { get; }
}
