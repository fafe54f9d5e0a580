namespace Planner.Measurements;

/// <summary>Where the bytes of a device's state go: a device in RESUMING, or a peer that loads them.</summary>
public interface IStateWriter
{
    /// <summary>Writes to the migration stream; of a device in RESUMING. All bytes are taken, in order; loading may happen inside.</summary>
    /// <exception cref="DeviceException">The stream failed.</exception>
    void Write(ReadOnlySpan<byte> data);
}
