namespace Planner.Devices;

/// <summary>A stream of bytes in both directions that never blocks by itself; all waiting is in <see cref="Wait"/>.</summary>
/// <remarks>Sending and receiving are apart from waiting so that whoever waits to send can take in what the peer sends meanwhile:
/// two ends that both only write would wait for each other for ever. Not safe for several threads, except <see cref="IDisposable.Dispose"/>.</remarks>
public interface IByteChannel : IDisposable
{
    /// <summary>Sends as many bytes as the channel takes now, in one piece where it can.</summary>
    /// <returns>The number of bytes taken; 0 if none are taken now.</returns>
    /// <exception cref="IOException">The channel is broken.</exception>
    int Send(ReadOnlySpan<byte> data);

    /// <summary>Takes bytes that have arrived.</summary>
    /// <returns>The number of bytes; 0 if the peer has ended its direction; -1 if none are there now.</returns>
    /// <exception cref="IOException">The channel is broken.</exception>
    int Receive(Span<byte> buffer);

    /// <summary>Waits until bytes have arrived or the peer has ended, or, if asked, until bytes can be sent.</summary>
    /// <param name="orToSend">Whether room to send ends the wait too.</param>
    /// <param name="limit">How long to wait.</param>
    /// <returns>False if the time went by.</returns>
    bool Wait(bool orToSend, TimeSpan limit);

    /// <summary>Waits until bytes can be sent, whatever has arrived.</summary>
    /// <param name="limit">How long to wait.</param>
    /// <returns>False if the time went by.</returns>
    bool WaitToSend(TimeSpan limit) => Wait(orToSend: true, limit);
}
