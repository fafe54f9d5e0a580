using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>
/// Carries the stream of one device from source to destination, or one half of the way: to a peer, or from one. One thread reads and another loads, at the same time, with
/// a fixed pool of buffers between them: the order is kept, and nothing is allocated for a chunk.
/// </summary>
/// <remarks>The bytes are opaque. Borders of chunks mean nothing (vfio-uapi: "order matters, chunk borders do not").</remarks>
internal sealed class DataMover : IDataMover
{
    /// <summary>Nobody's device state is larger than this; a stream that is has no end.</summary>
    private const long MaximumBytes = 1L << 40;

    private readonly TimeProvider _clock;
    private readonly byte[][] _buffers;
    private readonly int[] _lengths;
    private readonly SemaphoreSlim _free;
    private readonly SemaphoreSlim _filled;
    private volatile bool _isStopped;
    private MigrationSide? _failedSide;
    private string? _trouble;
    private long _bytes;
    private long _start;
    private long _firstByte;
    private long _end;
    private long _chunks;
    private long _readNanoseconds;
    private long _loadNanoseconds;

    /// <summary>Makes a mover and its buffers.</summary>
    /// <param name="buffers">The number of buffers; at least 2.</param>
    /// <param name="bufferBytes">The size of each; at least 4 KiB.</param>
    /// <param name="clock">The clock for the measurements.</param>
    public DataMover(int buffers, int bufferBytes, TimeProvider clock)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(buffers, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(bufferBytes, 4096);
        _clock = clock;
        _buffers = [.. Enumerable.Range(0, buffers).Select(_ => GC.AllocateArray<byte>(bufferBytes, pinned: true))];
        _lengths = new int[buffers];
        _free = new SemaphoreSlim(0);
        _filled = new SemaphoreSlim(0);
    }

    /// <inheritdoc/>
    public void Begin()
    {
        Drain(_free);
        Drain(_filled);
        _free.Release(_buffers.Length);
        _isStopped = false;
        _failedSide = null;
        _trouble = null;
        _bytes = _chunks = _readNanoseconds = _loadNanoseconds = 0;
        _start = _firstByte = _end = _clock.NowNanoseconds();
    }

    /// <inheritdoc/>
    public void Read(IStateReader source, StreamEnd end, TimeSpan roundLimit)
    {
        var until = end == StreamEnd.Round ? _start + (long)(roundLimit.TotalSeconds * 1e9) : long.MaxValue;
        try
        {
            for (var slot = 0; ; slot = (slot + 1) % _buffers.Length)
            {
                _free.Wait();
                var began = _clock.NowNanoseconds();
                var length = _isStopped || began >= until ? 0 : source.Read(_buffers[slot]);
                var ended = _clock.NowNanoseconds();
                _readNanoseconds += ended - began;
                _chunks += length > 0 ? 1 : 0;
                if (_bytes == 0)
                {
                    _firstByte = ended;
                }

                _bytes += length;
                if (_bytes > MaximumBytes)
                {
                    Fail(MigrationSide.Source, $"the stream has no end after {Quantity.FormatBytes(_bytes)}");
                    length = 0;
                }

                _lengths[slot] = length;
                _filled.Release();
                if (length == 0)
                {
                    return;
                }
            }
        }
        catch (Exception e)
        {
            Abandon(MigrationSide.Source, e.Message);
        }
    }

    /// <inheritdoc/>
    public void Load(IStateWriter destination)
    {
        try
        {
            for (var slot = 0; ; slot = (slot + 1) % _buffers.Length)
            {
                _filled.Wait();
                if (_isStopped || _lengths[slot] == 0)
                {
                    break;
                }

                var began = _clock.NowNanoseconds();
                destination.Write(_buffers[slot].AsSpan(0, _lengths[slot]));
                _loadNanoseconds += _clock.NowNanoseconds() - began;
                _free.Release();
            }
        }
        catch (Exception e)
        {
            Abandon(MigrationSide.Destination, e.Message);
        }

        _end = _clock.NowNanoseconds();
    }

    /// <inheritdoc/>
    public void Abandon(MigrationSide side, string trouble)
    {
        Fail(side, trouble);
        _free.Release();
        _filled.Release();
    }

    /// <inheritdoc/>
    public TransferResult Result => new(_bytes, _start, _firstByte, Math.Max(_end, _firstByte), _failedSide, _trouble)
    {
        Chunks = _chunks,
        Reading = MonotonicTime.Between(0, _readNanoseconds),
        Loading = MonotonicTime.Between(0, _loadNanoseconds),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        _free.Dispose();
        _filled.Dispose();
    }

    private static void Drain(SemaphoreSlim semaphore)
    {
        while (semaphore.Wait(0))
        {
        }
    }

    private void Fail(MigrationSide side, string trouble)
    {
        lock (_buffers)
        {
            if (!_isStopped)
            {
                _failedSide = side;
                _trouble = trouble;
                _isStopped = true;
            }
        }
    }
}
