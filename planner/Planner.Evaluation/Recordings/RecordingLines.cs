using System.IO.Compression;
using System.Text.Json;
using Planner.Documents;
using Planner.Measurements;

namespace Planner.Evaluation;

/// <summary>Reads the lines of a recording: one JSON object a line with the time <c>t</c> in seconds, which does not run backwards.</summary>
/// <remarks>A process that is killed leaves half a line behind: such a last line is skipped and reported, and so is a number that cannot be. Anything else that is
/// wrong is an error, for a recording with a hole would be replayed as something that never happened.</remarks>
internal static class RecordingLines
{
    /// <summary>The longest line that is read, in characters.</summary>
    public const int MaximumLineLength = 16 * 1024 * 1024;

    /// <summary>The most lines that are read from one file.</summary>
    public const int MaximumLines = 1_000_000;

    /// <summary>The most bytes that are read from one file, after decompression.</summary>
    public const long MaximumBytes = 512L << 20;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32 };

    /// <summary>Reads a file; one whose name ends in <c>.gz</c> is decompressed.</summary>
    public static RecordingFile ReadFile(string path, Action<RecordingFields> take)
    {
        using var stream = File.OpenRead(path);
        if (!path.EndsWith(".gz", StringComparison.Ordinal))
        {
            return Read(stream, path, take);
        }

        using var plain = new GZipStream(stream, CompressionMode.Decompress);
        return Read(plain, path, take);
    }

    /// <summary>Reads a stream, and hands every line on; what is handed on is valid only during the call.</summary>
    public static RecordingFile Read(Stream stream, string file, Action<RecordingFields> take)
    {
        using var limited = new LimitedStream(stream, file, MaximumBytes);
        using var reader = new StreamReader(limited);
        var lines = new LimitedLines(reader, file, MaximumLineLength, MaximumLines);
        var (skipped, impossible) = (new List<SkippedLine>(), new List<SkippedLine>());
        var latest = double.NegativeInfinity;
        try
        {
            while (lines.TryRead(out var line))
            {
                if (!string.IsNullOrWhiteSpace(line) && !TryTake(line, file, lines, impossible, ref latest, take))
                {
                    skipped.Add(new SkippedLine(lines.Number, "the file is cut in the middle of this line"));
                }
            }
        }
        catch (InvalidDataException)
        {
            skipped.Add(new SkippedLine(lines.Number + 1, "the compressed file is cut or damaged from here on"));
        }

        return new RecordingFile(skipped, impossible);
    }

    /// <summary>The file's name without folder and extensions.</summary>
    public static string NameOf(string file)
    {
        var name = Path.GetFileName(file);
        name = name.EndsWith(".gz", StringComparison.Ordinal) ? name[..^3] : name;
        return name.EndsWith(".jsonl", StringComparison.Ordinal) ? name[..^6] : name;
    }

    private static bool TryTake(string line, string file, LimitedLines lines, List<SkippedLine> impossible, ref double latest, Action<RecordingFields> take)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(line, Options);
        }
        catch (JsonException) when (lines.WasCut)
        {
            return false;
        }
        catch (JsonException e)
        {
            throw new DocumentException(file, lines.Number, (e.BytePositionInLine ?? 0) + 1, "the line is not a JSON object");
        }

        using (document)
        {
            var fields = new RecordingFields(document.RootElement, file, lines.Number, "the line", impossible);
            var seconds = fields.Number("t")
                ?? throw fields.Problem(fields.Has("t") ? $"\"t\" must be a number from 0 to {ValueLimits.LongestSeconds}" : "the line lacks \"t\", the time in seconds");
            if (seconds < latest)
            {
                throw fields.Problem($"the time goes back from {latest} to {seconds} s");
            }

            latest = seconds;
            take(fields);
            return true;
        }
    }
}
