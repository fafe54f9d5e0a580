using Planner.Measurements;

namespace Planner.Storage;

/// <summary>Where the planner keeps what it has to remember: the store and the journals.</summary>
/// <remarks>The place follows the XDG Base Directory Specification, version 0.8: <c>$XDG_STATE_HOME/planner</c>,
/// or <c>~/.local/state/planner</c>.</remarks>
public static class StateDirectory
{
    /// <summary>Only the owner may look in: addresses and machine names are nobody else's business.</summary>
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The state directory of the user who runs the program. It need not exist yet.</summary>
    /// <exception cref="StoreException">Neither variable names a directory.</exception>
    public static string Locate() =>
        Locate(Environment.GetEnvironmentVariable("XDG_STATE_HOME"), Environment.GetEnvironmentVariable("HOME"));

    /// <summary>The state directory for given values of the two variables.</summary>
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
            : throw new StoreException("There is no place for the planner's state: set HOME or XDG_STATE_HOME to a directory, or name a file with --store.");
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
