namespace Planner.Hypervisors;

/// <summary>A call of libvirt's library failed.</summary>
/// <param name="code">libvirt's number of the error.</param>
/// <param name="message">libvirt's words.</param>
internal sealed class LibvirtException(LibvirtError code, string message) : Exception(message)
{
    /// <summary>The number.</summary>
    public LibvirtError Code { get; } = code;
}
