using System.Buffers;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>A device's state as it was read, kept in memory to be loaded back.</summary>
internal sealed class SavedState(long maximumBytes) : IDisposable
{
    private const int ChunkBytes = 1024 * 1024;

    private readonly List<(byte[] Buffer, int Length)> _chunks = [];

    public long Bytes { get; private set; }

    /// <summary>Reads until "nothing now", or the end.</summary>
    /// <returns>Whether it fitted.</returns>
    public bool ReadFrom(IMigrationDevice device, Action? onFirstByte = null)
    {
        while (true)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
            int length;
            try
            {
                length = device.Read(buffer);
            }
            catch
            {
                ArrayPool<byte>.Shared.Return(buffer);
                throw;
            }

            onFirstByte?.Invoke();
            onFirstByte = null;
            if (length == 0 || Bytes + length > maximumBytes)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                return length == 0;
            }

            _chunks.Add((buffer, length));
            Bytes += length;
        }
    }

    public void WriteTo(IMigrationDevice device)
    {
        foreach (var (buffer, length) in _chunks)
        {
            device.Write(buffer.AsSpan(0, length));
        }
    }

    public void Clear()
    {
        foreach (var (buffer, _) in _chunks)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        _chunks.Clear();
        Bytes = 0;
    }

    public void Dispose() => Clear();
}
