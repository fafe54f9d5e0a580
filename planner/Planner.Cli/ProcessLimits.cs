using System.Runtime.InteropServices;

namespace Planner.Cli;

/// <summary>What the system lets this process have.</summary>
internal static partial class ProcessLimits
{
    // RLIMIT_NOFILE of Linux, on every architecture that .NET runs on.
    private const int OpenFiles = 7;

    /// <summary>Makes sure that more files can be opened; raises the soft limit to the hard one where it is in the way.</summary>
    /// <param name="more">How many more.</param>
    /// <exception cref="CliException">The limit is too low, and cannot be raised from here.</exception>
    public static void RequireFiles(int more)
    {
        if (Get(OpenFiles, out var limit) != 0)
        {
            return;
        }

        var needed = (nuint)(Directory.GetFileSystemEntries("/proc/self/fd").Length + more);
        if (limit.Soft < needed && limit.Soft < limit.Hard && Set(OpenFiles, limit with { Soft = limit.Hard }) == 0)
        {
            limit = limit with { Soft = limit.Hard };
        }

        if (limit.Soft < needed)
        {
            throw new CliException(ExitStatus.TargetLacks, $"nothing was touched, since this may need {needed} open files and the limit is {limit.Soft}; raise it ('ulimit -n {needed}', or LimitNOFILE= of a service), then try again");
        }
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int Get(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int Set(int resource, in Limit limit);

    private readonly record struct Limit(nuint Soft, nuint Hard);
}
