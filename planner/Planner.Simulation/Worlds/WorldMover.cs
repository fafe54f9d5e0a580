using Planner.Measurements;
using Planner.Sessions;

namespace Planner.Simulation;

/// <summary>Carries a stream in virtual time: the chunks are loaded while more are read, whichever side comes first.</summary>
internal sealed class WorldMover(WorldTime time) : IDataMover
{
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly Queue<(byte[] Chunk, long At)> _read = new();
    private IStateWriter? _destination;
    private object? _waiting;
    private bool _isRead;
    private bool _isHung;
    private long _loadedAt;
    private TransferResult _result = new(0, 0, 0, 0, null, null);

    public TransferResult Result => _result;

    public void Begin()
    {
        _read.Clear();
        (_destination, _waiting, _isRead, _isHung) = (null, null, false, false);
        var now = time.NowNanoseconds;
        _loadedAt = now;
        _result = new TransferResult(0, now, now, now, null, null);
    }

    public void Read(IStateReader source, StreamEnd end, TimeSpan roundLimit)
    {
        var until = end == StreamEnd.Round ? time.NowNanoseconds + (roundLimit.Ticks * TimeSpan.NanosecondsPerTick) : long.MaxValue;
        try
        {
            while (_result.FailedSide is null && time.NowNanoseconds < until && source.Read(_buffer) is var length and > 0)
            {
                _result = _result with { FirstByteNanoseconds = _result.Bytes == 0 ? time.NowNanoseconds : _result.FirstByteNanoseconds, Bytes = _result.Bytes + length };
                _read.Enqueue((_buffer[..length], time.NowNanoseconds));
            }
        }
        catch (Exception e)
        {
            Abandon(MigrationSide.Source, e.Message);
        }

        (_isRead, _isHung) = (true, time.IsHung);
        End();
        if (_destination is { } destination)
        {
            var readAt = time.NowNanoseconds;
            time.Turn(Math.Max(_loadedAt, _result.StartNanoseconds));
            LoadAll(destination);
            time.WaitUntil(readAt);
        }
    }

    public void Load(IStateWriter destination)
    {
        _loadedAt = time.NowNanoseconds;
        if (_isRead)
        {
            LoadAll(destination);
        }
        else
        {
            _destination = destination;
        }
    }

    public void Abandon(MigrationSide side, string trouble)
    {
        _result = _result.FailedSide is null ? _result with { FailedSide = side, Trouble = trouble } : _result;
        if (_waiting is { } thread)
        {
            _waiting = null;
            time.Free(thread);
        }
    }

    public void Dispose()
    {
    }

    private void LoadAll(IStateWriter destination)
    {
        try
        {
            while (_result.FailedSide is null && _read.TryDequeue(out var next))
            {
                time.WaitUntil(next.At);
                destination.Write(next.Chunk);
            }
        }
        catch (Exception e)
        {
            Abandon(MigrationSide.Destination, e.Message);
        }

        if (_isHung && !time.IsHung)
        {
            // It waits for what is never read, until somebody gives up.
            _waiting = time.CurrentThread;
            time.Hang();
        }

        End();
    }

    private void End() => _result = _result with { EndNanoseconds = Math.Max(_result.EndNanoseconds, time.NowNanoseconds) };
}
