using Planner.Measurements;

namespace Planner.Cli;

/// <summary>Reads the user's text files with a limit on their size.</summary>
internal static class TextFiles
{
    private const long MaximumBytes = 64 * 1024 * 1024;

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="CliException">The file is missing, unreadable or too large.</exception>
    public static string Read(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length <= MaximumBytes
                ? File.ReadAllText(path)
                : throw new CliException(ExitStatus.InvalidInput, $"{path} has {length} bytes; at most {MaximumBytes} are read");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CliException(ExitStatus.InvalidInput, $"cannot read {path}: {e.Message}");
        }
    }

    /// <summary>Reads a whole stream of text, such as stdin.</summary>
    /// <exception cref="DocumentException">It is too long.</exception>
    public static string Read(TextReader reader, string name)
    {
        var buffer = new char[64 * 1024];
        var text = new System.Text.StringBuilder();
        int read;
        while ((read = reader.Read(buffer, 0, buffer.Length)) > 0)
        {
            text.Append(buffer, 0, read);
            if (text.Length > MaximumBytes)
            {
                throw new DocumentException(name, 0, 0, $"more than {MaximumBytes} characters; that is no input for this verb");
            }
        }

        return text.ToString();
    }
}
