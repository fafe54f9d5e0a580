namespace Planner.Hypervisors;

/// <summary>A monitor did not do what was asked. The message is one sentence for the person at the terminal.</summary>
/// <param name="fault">What kind of trouble it is.</param>
/// <param name="message">One sentence that names the monitor and says what to do.</param>
/// <param name="errorClass">The class of QEMU's error, if it answered with one.</param>
/// <param name="description">The description of QEMU's error, if it answered with one.</param>
/// <param name="wasSent">Whether the command had been sent.</param>
/// <param name="innerException">The cause, if another exception was.</param>
public sealed class QmpException(
    QmpFault fault, string message, string? errorClass = null, string? description = null, bool wasSent = false, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>What kind of trouble it is.</summary>
    public QmpFault Fault { get; } = fault;

    /// <summary>With <see cref="QmpFault.Refused"/> the class of the error, such as "GenericError" or "CommandNotFound".</summary>
    public string? ErrorClass { get; } = errorClass;

    /// <summary>With <see cref="QmpFault.Refused"/> QEMU's words for people. They change with its version.</summary>
    public string? Description { get; } = description;

    /// <summary>Whether the command had been given to the connection to send. If not, QEMU will never execute it; if so, and no answer came, it
    /// may have executed it, or may yet.</summary>
    public bool WasSent { get; } = wasSent;
}
