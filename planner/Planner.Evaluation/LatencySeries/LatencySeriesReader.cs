using System.Globalization;
using System.IO.Compression;
using Planner.Documents;

namespace Planner.Evaluation;

/// <summary>
/// Reads latency series: comma-separated lines under the header <c>start_time,microseconds</c>, ordered by time, as they are or compressed with
/// gzip. A line that cannot be taken is skipped with its reason, for the others stay true without it.
/// </summary>
public static class LatencySeriesReader
{
    /// <summary>The longest line that is read, in characters.</summary>
    public const int MaximumLineLength = 1024;

    /// <summary>The most lines that are read from one file.</summary>
    public const int MaximumLines = 5_000_000;

    /// <summary>The largest latency that is believed, in microseconds: one day.</summary>
    public const double MaximumMicroseconds = 86_400e6;

    private const string Header = "start_time,microseconds";

    /// <summary>Reads a file; one whose name ends in <c>.gz</c> is decompressed.</summary>
    /// <exception cref="DocumentException">The file is no such series.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static LatencySeries ReadFile(string path)
    {
        using var stream = File.OpenRead(path);
        if (!path.EndsWith(".gz", StringComparison.Ordinal))
        {
            return Read(stream, path);
        }

        using var plain = new GZipStream(stream, CompressionMode.Decompress);
        return Read(plain, path);
    }

    /// <summary>Reads a stream.</summary>
    /// <param name="stream">The lines, in UTF-8.</param>
    /// <param name="file">The file's name, for messages and the name of the series.</param>
    /// <exception cref="DocumentException">The stream is no such series.</exception>
    public static LatencySeries Read(Stream stream, string file)
    {
        using var reader = new StreamReader(stream);
        var lines = new LimitedLines(reader, file, MaximumLineLength, MaximumLines);
        var rows = new Rows();
        try
        {
            if (!lines.TryRead(out var header) || header.TrimEnd('\r') != Header)
            {
                throw new DocumentException(file, 1, 1, $"a latency series begins with the line \"{Header}\"");
            }

            while (lines.TryRead(out var line))
            {
                rows.Add(line, lines.Number, lines.WasCut);
            }
        }
        catch (InvalidDataException)
        {
            rows.Skip(lines.Number + 1, "the compressed file is cut or damaged from here on");
        }

        return rows.Seconds.Count > 0
            ? new LatencySeries(NameOf(file), rows.Seconds, rows.Skipped)
            : throw new DocumentException(file, 0, 0, "there is no latency in this file");
    }

    private static string NameOf(string file)
    {
        var name = Path.GetFileName(file);
        name = name.EndsWith(".gz", StringComparison.Ordinal) ? name[..^3] : name;
        return name.EndsWith(".csv", StringComparison.Ordinal) ? name[..^4] : name;
    }

    private sealed class Rows
    {
        private DateTime _latest = DateTime.MinValue;

        public List<double> Seconds { get; } = [];

        public List<SkippedLine> Skipped { get; } = [];

        public void Skip(long number, string reason) => Skipped.Add(new SkippedLine(number, reason));

        public void Add(string line, long number, bool wasCut)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                return;
            }

            if (wasCut)
            {
                // What is left of a number is a number, too, and would be a wrong one.
                Skip(number, "the file is cut in the middle of this line");
            }
            else if (Parse(line.TrimEnd('\r'), out var time, out var microseconds) is { } problem)
            {
                Skip(number, problem);
            }
            else if (time < _latest)
            {
                Skip(number, "the time goes back");
            }
            else
            {
                _latest = time;
                Seconds.Add(microseconds * 1e-6);
            }
        }

        private static string? Parse(string line, out DateTime time, out double microseconds)
        {
            var comma = line.IndexOf(',', StringComparison.Ordinal);
            (time, microseconds) = (default, double.NaN);
            if (comma < 0 || line.IndexOf(',', comma + 1) >= 0)
            {
                return "the line has not two fields";
            }

            if (!DateTime.TryParse(line.AsSpan(0, comma), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out time))
            {
                return "the first field is not a time";
            }

            return double.TryParse(line.AsSpan(comma + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out microseconds)
                && microseconds is > 0 and <= MaximumMicroseconds
                ? null
                : $"the second field is not a number of microseconds above 0 and up to {MaximumMicroseconds:0}";
        }
    }
}
