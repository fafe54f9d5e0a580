using Planner.Devices;

namespace Planner.Tests.VfioUserServers;

/// <summary>A client that has said all it will say, and takes every reply.</summary>
internal sealed class MemoryChannel(ReadOnlyMemory<byte> said, int mostAtATime = int.MaxValue) : IByteChannel
{
    private ReadOnlyMemory<byte> _left = said;

    public long SentBytes { get; private set; }

    public int Send(ReadOnlySpan<byte> data)
    {
        SentBytes += data.Length;
        return data.Length;
    }

    public int Receive(Span<byte> buffer)
    {
        var count = Math.Min(Math.Min(buffer.Length, _left.Length), mostAtATime);
        _left.Span[..count].CopyTo(buffer);
        _left = _left[count..];
        return count;
    }

    public bool Wait(bool orToSend, TimeSpan limit) => true;

    public void Dispose()
    {
    }
}
