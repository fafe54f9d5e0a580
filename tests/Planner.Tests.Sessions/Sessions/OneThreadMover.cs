using Planner.Measurements;
using Planner.Sessions;

namespace Planner.Tests.Sessions;

/// <summary>Moves a stream on one thread: whichever side comes second finds what the first has left.</summary>
internal sealed class OneThreadMover(TimeProvider clock) : IDataMover
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly List<byte[]> _waiting = [];
    private IStateWriter? _destination;
    private TransferResult _result = null!;

    public TransferResult Result => _result with { EndNanoseconds = clock.NowNanoseconds() };

    public void Begin()
    {
        _waiting.Clear();
        _destination = null;
        _result = new TransferResult(0, clock.NowNanoseconds(), 0, 0, null, null);
    }

    public void Read(IStateReader source, StreamEnd end, TimeSpan roundLimit)
    {
        for (var length = source.Read(_buffer); length > 0 && _result.FailedSide is null; length = source.Read(_buffer))
        {
            _result = _result with { Bytes = _result.Bytes + length, FirstByteNanoseconds = _result.Bytes == 0 ? clock.NowNanoseconds() : _result.FirstByteNanoseconds };
            if (_destination is { } destination)
            {
                destination.Write(_buffer.AsSpan(0, length));
            }
            else
            {
                _waiting.Add(_buffer[..length]);
            }
        }
    }

    public void Load(IStateWriter destination)
    {
        _destination = destination;
        foreach (var chunk in _waiting)
        {
            destination.Write(chunk);
        }
    }

    public void Abandon(MigrationSide side, string trouble) => _result = _result.FailedSide is null ? _result with { FailedSide = side, Trouble = trouble } : _result;

    public void Dispose()
    {
    }
}
