namespace Planner.Devices;

/// <summary>Where a path leads once its links are followed, as realpath(3) does.</summary>
public static class RealPath
{
    // As many as Linux follows before it says ELOOP.
    private const int MostLinks = 40;

    /// <summary>Follows the links of every part of a path. What does not exist is kept as it is written.</summary>
    /// <param name="path">An absolute path.</param>
    public static string Of(string path)
    {
        var real = "/";
        var left = new Stack<string>(Parts(path));
        var links = 0;
        while (left.TryPop(out var part))
        {
            var next = part == ".." ? Path.GetDirectoryName(real) ?? real : Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target || ++links > MostLinks)
            {
                real = next;
                continue;
            }

            real = target.StartsWith('/') ? "/" : real;
            foreach (var linked in Parts(target))
            {
                left.Push(linked);
            }
        }

        return real;
    }

    private static IEnumerable<string> Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".").Reverse();
}
