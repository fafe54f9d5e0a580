using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Planner.Devices;

/// <summary>What a UNIX socket's file name may be.</summary>
public static class SocketPaths
{
    /// <summary>The longest path in bytes of UTF-8 (<c>sun_path</c> less its NUL).</summary>
    public const int MaxBytes = 107;

    /// <summary>Reads a path and makes it absolute. Whether anything is there is not looked at.</summary>
    /// <param name="text">The path.</param>
    /// <param name="address">The address that it is part of, for the message.</param>
    /// <param name="path">The absolute path, if it may be that of a socket.</param>
    /// <param name="problem">One sentence that says what is wrong, if it may not.</param>
    public static bool TryParse(string text, string address, [NotNullWhen(true)] out string? path, [NotNullWhen(false)] out string? problem)
    {
        path = null;
        problem = text.Trim().Length == 0 ? $"'{address}' names no socket: write the socket's path after the colon."
            : text.Contains('\0', StringComparison.Ordinal) ? "A socket's path cannot contain a NUL character: correct the path."
            : null;
        if (problem is null)
        {
            path = Path.GetFullPath(text);
            var lengthBytes = Encoding.UTF8.GetByteCount(path);
            problem = lengthBytes > MaxBytes ? $"The socket path '{path}' has {lengthBytes} bytes and a UNIX socket takes at most {MaxBytes}: use a shorter path." : null;
        }

        return problem is null && path is not null;
    }
}
