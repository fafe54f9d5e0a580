using System.Text;
using Planner.Documents;

namespace Planner.Evaluation;

/// <summary>Reads lines of limited length and number, and tells whether the last one lacks its line end.</summary>
internal sealed class LimitedLines(TextReader reader, string file, int maximumLength, int maximumLines)
{
    private readonly StringBuilder _line = new();

    /// <summary>The number of the line that was read last, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>Whether the line that was read last ended with the file rather than with a line end.</summary>
    public bool WasCut { get; private set; }

    /// <summary>Reads the next line; false at the end.</summary>
    /// <exception cref="DocumentException">A line is too long, or there are too many.</exception>
    public bool TryRead(out string line)
    {
        _line.Clear();
        int next;
        while ((next = reader.Read()) is >= 0 and not '\n')
        {
            if (_line.Length == maximumLength)
            {
                throw new DocumentException(file, Number + 1, maximumLength, $"the line is longer than {maximumLength} characters");
            }

            _line.Append((char)next);
        }

        WasCut = next < 0;
        line = _line.ToString();
        if (WasCut && line.Length == 0)
        {
            return false;
        }

        Number++;
        return Number <= maximumLines ? true : throw new DocumentException(file, Number, 1, $"the file has more than {maximumLines} lines");
    }
}
