using System.Text;

namespace Planner.Hypervisors;

/// <summary>What a UNIX socket's file name may be.</summary>
internal static class SocketPaths
{
    /// <summary>The longest path in bytes of UTF-8 (<c>sun_path</c> less its NUL).</summary>
    public const int MaxBytes = 107;

    /// <summary>What is wrong with a path; null if nothing is.</summary>
    /// <param name="path">The path.</param>
    /// <param name="text">The address that it is part of, for the message.</param>
    public static string? Problem(string path, string text)
    {
        if (path.Trim().Length == 0)
        {
            return $"'{text}' names no socket: write the socket's path after the colon.";
        }

        if (path.Contains('\0', StringComparison.Ordinal))
        {
            return "A socket's path cannot contain a NUL character: correct the path.";
        }

        var lengthBytes = Encoding.UTF8.GetByteCount(path);
        return lengthBytes > MaxBytes ? $"The socket path '{path}' has {lengthBytes} bytes and a UNIX socket takes at most {MaxBytes}: use a shorter path." : null;
    }
}
