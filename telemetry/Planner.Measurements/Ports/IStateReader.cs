namespace Planner.Measurements;

/// <summary>Where the bytes of a device's state come from: a device in a saving state, or a peer that sends them.</summary>
public interface IStateReader
{
    /// <summary>Reads from the migration stream; of a device in a saving state.</summary>
    /// <returns>The bytes read. 0 means "nothing now" in PRE_COPY (the kernel's ENOMSG arrives as 0 too) and "the end" in STOP_COPY.</returns>
    /// <exception cref="DeviceException">The stream failed.</exception>
    int Read(Span<byte> buffer);
}
