namespace Planner.Cli;

/// <summary>stdin as it was handed to this process.</summary>
internal static class StandardInput
{
    private const string Descriptors = "/proc/self/fd";

    /// <summary>stdin; what was closed reads as an error.</summary>
    /// <remarks>The runtime opens files of its own before the program starts, and the first gets the number of a stdin that is closed: a pipe of the runtime's to itself, which
    /// never ends. Such a pipe is told by its other end, which is in this process too; copies of stdin itself only read.</remarks>
    public static TextReader Open() => IsOwn() ? new Closed() : Console.In;

    private static bool IsOwn()
    {
        try
        {
            var target = Target("0");
            return target is null || target.StartsWith("anon_inode:", StringComparison.Ordinal)
                || (target.StartsWith("pipe:", StringComparison.Ordinal)
                    && Directory.GetFiles(Descriptors).Select(d => Path.GetFileName(d)).Any(d => d is not ("0" or "1" or "2") && Target(d) == target && IsForWriting(d)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without /proc nobody can tell, and stdin is what it is called.
            return false;
        }
    }

    private static string? Target(string descriptor) => new FileInfo(Path.Combine(Descriptors, descriptor)).LinkTarget;

    // "flags:", then octal digits: the lowest two bits are the access mode (proc_pid_fdinfo(5), O_WRONLY is 1).
    private static bool IsForWriting(string descriptor) =>
        File.ReadLines(Path.Combine("/proc/self/fdinfo", descriptor)).FirstOrDefault(l => l.StartsWith("flags:", StringComparison.Ordinal)) is { } flags && (flags[^1] & 3) == 1;

    private sealed class Closed : TextReader
    {
        public override int Read(char[] buffer, int index, int count) => throw new IOException("it is closed");
    }
}
