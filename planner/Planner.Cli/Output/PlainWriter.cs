using System.Globalization;
using System.Text;

namespace Planner.Cli;

/// <summary>Text as it may go to a terminal or a log: what a name or a peer brings along cannot steer the terminal, and no line ends in blanks.</summary>
/// <param name="inner">Where it goes.</param>
/// <param name="oneLine">Whether what is written as a line is one line, whatever is in it.</param>
internal sealed class PlainWriter(TextWriter inner, bool oneLine = false) : TextWriter
{
    private int _blanks;

    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <summary>A text with its control characters, but for line ends and tabs, written out: <c>\u001b</c>.</summary>
    public static string WithoutControls(string text) => text.Any(IsControl)
        ? string.Concat(text.Select(c => IsControl(c) ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : c.ToString()))
        : text;

    /// <summary>A text on one line, without blanks in a row where its lines ended.</summary>
    public static string OnOneLine(string text) =>
        string.Join(' ', text.Split(['\r', '\n', '\u0085', '\u2028', '\u2029', '\f'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <inheritdoc/>
    public override void Write(char value) => Write([value]);

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        var text = new StringBuilder(buffer.Length);
        lock (inner)
        {
            foreach (var c in buffer)
            {
                if (c == ' ')
                {
                    _blanks++;
                    continue;
                }

                text.Append(' ', c == '\n' ? 0 : _blanks).Append(c);
                _blanks = 0;
            }

            inner.Write(WithoutControls(text.ToString()));
        }
    }

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Write($"{(oneLine ? OnOneLine(value ?? "") : value)}\n");

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    private static bool IsControl(char c) => char.IsControl(c) && c is not ('\n' or '\t');
}
