using Planner.Measurements;

namespace Planner.Storage;

/// <summary>Where the planner keeps what it has to remember: the store and the journals.</summary>
/// <remarks>Root and services share one place, <c>/var/lib/planner</c>, so that a recovery finds what a service has begun, whatever HOME is; a service that was
/// given a place of its own (<c>$STATE_DIRECTORY</c>, as by systemd's <c>StateDirectory=</c>) has that. The place of users follows the XDG Base Directory Specification,
/// version 0.8: <c>$XDG_STATE_HOME/planner</c>, or <c>~/.local/state/planner</c>.</remarks>
public static class StateDirectory
{
    /// <summary>The place of root and of services.</summary>
    public const string OfSystem = "/var/lib/planner";

    /// <summary>Only the owner may look in: addresses and machine names are nobody else's business.</summary>
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static string? ServiceDirectory => Environment.GetEnvironmentVariable("STATE_DIRECTORY");

    private static string? XdgStateHome => Environment.GetEnvironmentVariable("XDG_STATE_HOME");

    private static string? Home => Environment.GetEnvironmentVariable("HOME");

    /// <summary>The state directory of whoever runs the program. It need not exist yet.</summary>
    /// <exception cref="StoreException">There is none.</exception>
    public static string Locate() => Places()[0];

    /// <summary>The state directory of whoever runs the program, and the others that a migration on this host may have been journaled in: the system's, and for root the one
    /// that earlier builds used.</summary>
    /// <exception cref="StoreException">There is no place of one's own.</exception>
    public static IReadOnlyList<string> Places() => Places(Environment.IsPrivilegedProcess, ServiceDirectory, XdgStateHome, Home);

    /// <summary>The places for given values of the variables, one's own first.</summary>
    /// <param name="isRoot">Whether root runs the program.</param>
    /// <param name="serviceDirectory">STATE_DIRECTORY: paths separated by colons, of which the first counts.</param>
    /// <param name="xdgStateHome">XDG_STATE_HOME.</param>
    /// <param name="home">HOME.</param>
    /// <exception cref="StoreException">There is no place of one's own.</exception>
    public static IReadOnlyList<string> Places(bool isRoot, string? serviceDirectory, string? xdgStateHome, string? home)
    {
        if (serviceDirectory?.Split(':')[0] is { } service && Path.IsPathRooted(service))
        {
            return [service];
        }

        var hasOwn = Path.IsPathRooted(xdgStateHome) || Path.IsPathRooted(home);
        return (isRoot, hasOwn) switch
        {
            (true, true) => [OfSystem, Locate(xdgStateHome, home)],
            (true, false) => [OfSystem],
            _ => [Locate(xdgStateHome, home), OfSystem],
        };
    }

    /// <summary>The state directory of a user for given values of the two variables.</summary>
    /// <param name="xdgStateHome">XDG_STATE_HOME; a relative path is ignored, as the specification asks.</param>
    /// <param name="home">HOME.</param>
    /// <exception cref="StoreException">Neither variable names a directory.</exception>
    public static string Locate(string? xdgStateHome, string? home)
    {
        if (Path.IsPathRooted(xdgStateHome))
        {
            return Path.Combine(xdgStateHome, "planner");
        }

        return Path.IsPathRooted(home)
            ? Path.Combine(home, ".local", "state", "planner")
            : throw new StoreException("There is no place for the planner's state: set HOME or XDG_STATE_HOME to a directory, or name a directory with --state and a file with --store.");
    }

    /// <summary>Makes the directory, for the owner only (0700), where it is missing. One that is there stays as it is.</summary>
    /// <exception cref="StoreException">It cannot be made.</exception>
    public static void Create(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory, OwnerOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"The directory {directory} cannot be made ({e.Message.TrimEnd('.')}); make it, or name another file with --store.", e);
        }
    }
}
