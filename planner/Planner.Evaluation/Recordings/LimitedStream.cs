using Planner.Documents;

namespace Planner.Evaluation;

/// <summary>Reads a stream of limited length, so that a small compressed file cannot become a huge one.</summary>
internal sealed class LimitedStream(Stream inner, string file, long maximumBytes) : Stream
{
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    /// <exception cref="DocumentException">The stream is longer than allowed.</exception>
    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, count);
        _read += read;
        return _read <= maximumBytes ? read : throw new DocumentException(file, 0, 0, $"the file holds more than {maximumBytes >> 20} MiB");
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
