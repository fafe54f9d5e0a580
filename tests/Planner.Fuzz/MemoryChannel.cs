using Planner.Devices;

namespace Planner.Fuzz;

/// <summary>A peer that sends given bytes, however they are cut, and then ends. What it is sent is looked at and dropped.</summary>
/// <param name="bytes">What the peer sends.</param>
/// <param name="pieceBytes">The most bytes that arrive at a time.</param>
/// <param name="takesSlowly">Whether the peer takes nothing at every second attempt to send.</param>
/// <param name="sent">Is shown everything that was sent in one piece.</param>
internal sealed class MemoryChannel(ReadOnlyMemory<byte> bytes, int pieceBytes, bool takesSlowly, Action<ReadOnlyMemory<byte>>? sent = null) : IByteChannel
{
    private bool _refuses;

    /// <summary>What has not been received yet.</summary>
    public ReadOnlyMemory<byte> Rest { get; private set; } = bytes;

    public int Send(ReadOnlySpan<byte> data)
    {
        _refuses = takesSlowly && !_refuses;
        if (_refuses)
        {
            return 0;
        }

        sent?.Invoke(data.ToArray());
        return data.Length;
    }

    public int Receive(Span<byte> buffer)
    {
        // A peer that has yet to take a message has not ended.
        if (Rest.IsEmpty && _refuses)
        {
            return -1;
        }

        var count = Math.Min(Math.Min(buffer.Length, pieceBytes), Rest.Length);
        Rest.Span[..count].CopyTo(buffer);
        Rest = Rest[count..];
        return count;
    }

    public bool Wait(bool orToSend, TimeSpan limit) => true;

    public void Dispose()
    {
    }
}
