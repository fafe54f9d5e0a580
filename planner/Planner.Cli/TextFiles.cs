using Planner.Documents;

namespace Planner.Cli;

/// <summary>Reads the user's text files with a limit on their size.</summary>
internal static class TextFiles
{
    private const int MaximumCharacters = 64 * 1024 * 1024;

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="CliException">The file is missing or unreadable.</exception>
    /// <exception cref="DocumentException">It is too long.</exception>
    public static string Read(string path)
    {
        try
        {
            // The size is not asked for: a device or a pipe has none, and its text may have no end.
            using var reader = new StreamReader(path);
            return Read(reader, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CliException(ExitStatus.InvalidInput, $"cannot read {path}: {Why(path, e)}");
        }
    }

    /// <summary>Why a file of the user's cannot be read or written. Of a folder the system says no more than that it is denied.</summary>
    public static string Why(string path, Exception failure) => Directory.Exists(path) ? "it is a folder; name a file" : failure.Message;

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
            if (text.Length > MaximumCharacters)
            {
                throw new DocumentException(name, 0, 0, $"more than {MaximumCharacters} characters; that is no input for this verb");
            }
        }

        // A file's byte order mark is taken by its reader, that of a stream comes along.
        return text.ToString().TrimStart('\uFEFF');
    }
}
