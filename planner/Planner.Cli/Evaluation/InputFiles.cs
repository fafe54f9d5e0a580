using System.IO.Enumeration;

namespace Planner.Cli;

/// <summary>Finds the files to evaluate: those that were named, and those in folders that were named.</summary>
internal static class InputFiles
{
    private const int MaximumFiles = 10_000;
    private const long MaximumBytes = 2L << 30;
    private const int MaximumDepth = 16;

    /// <summary>Finds the files, in order of their names.</summary>
    /// <param name="paths">Files and folders. A named file of an unknown name is taken as a recording.</param>
    /// <exception cref="CliException">A path is missing, or there is too much.</exception>
    public static IReadOnlyList<InputFile> Find(IReadOnlyList<string> paths)
    {
        var found = new List<InputFile>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var bytes = 0L;
        foreach (var file in paths.SelectMany(FindOne))
        {
            if (!seen.Add(Path.GetFullPath(file.Path)))
            {
                continue;
            }

            found.Add(file);
            bytes += LengthOf(file.Path);
            if (found.Count > MaximumFiles || bytes > MaximumBytes)
            {
                throw new CliException(ExitStatus.InvalidInput, $"there is more than {MaximumFiles} files or {MaximumBytes >> 30} GiB to read; name a smaller folder");
            }
        }

        return found;
    }

    private static IEnumerable<InputFile> FindOne(string path)
    {
        if (!Directory.Exists(path))
        {
            return File.Exists(path)
                ? [new InputFile(path, KindOf(path) ?? InputKind.Recording, IsNamed: true)]
                : throw new CliException(ExitStatus.InvalidInput, $"there is no file or folder {path}");
        }

        try
        {
            return [.. FilesIn(path).Order(StringComparer.Ordinal).Select(f => new InputFile(f, KindOf(f)!.Value, IsNamed: false))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitStatus.InvalidInput, $"cannot read the folder {path}: {e.Message}");
        }
    }

    /// <summary>Linked folders are not entered: they may lead back.</summary>
    private static FileSystemEnumerable<string> FilesIn(string folder) => new(
        folder,
        (ref FileSystemEntry entry) => entry.ToSpecifiedFullPath(),
        new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = MaximumDepth, IgnoreInaccessible = false })
    {
        ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory && KindOf(entry.FileName.ToString()) is not null,
        ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
    };

    private static InputKind? KindOf(string path)
    {
        var name = path.EndsWith(".gz", StringComparison.Ordinal) ? path[..^3] : path;
        return Path.GetExtension(name) switch
        {
            ".jsonl" => InputKind.Recording,
            ".csv" => InputKind.LatencySeries,
            ".yaml" or ".yml" => InputKind.Yaml,
            _ => null,
        };
    }

    private static long LengthOf(string path)
    {
        try
        {
            return new FileInfo(path).Length;
        }
        catch (IOException)
        {
            // Whether it can be read shows when it is read.
            return 0;
        }
    }
}
