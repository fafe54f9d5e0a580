using System.Text;

namespace Planner.Cli;

/// <summary>A stream of output whose loss costs output alone: a terminal that was closed, a full disk, a pipe that nobody reads any more.</summary>
/// <param name="inner">Where it goes.</param>
internal sealed class ForgivingWriter(TextWriter inner) : TextWriter
{
    /// <summary>Why something could not be written; null if everything was.</summary>
    public string? Trouble { get; private set; }

    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Try(() => inner.Write(value));

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    /// <inheritdoc/>
    public override void Write(string? value) => Try(() => inner.Write(value));

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

    /// <inheritdoc/>
    public override void Flush() => Try(inner.Flush);

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException or NotSupportedException)
        {
            Trouble ??= e.Message.TrimEnd('.');
        }
    }
}
