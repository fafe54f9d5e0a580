using System.Diagnostics.CodeAnalysis;

namespace Planner.Hypervisors;

/// <summary>Where a hypervisor's monitor is, as a person writes it: <c>qmp:PATH</c>, the socket of QEMU's <c>-qmp unix:PATH,server=on</c>.</summary>
/// <remarks>The path is kept absolute, so that an address written to a journal still means the same monitor from another directory.</remarks>
public sealed record HypervisorAddress
{
    /// <summary>What an address of a monitor begins with.</summary>
    public const string QmpScheme = "qmp:";

    private HypervisorAddress(string path) => Path = path;

    /// <summary>The absolute path of the monitor's socket.</summary>
    public string Path { get; }

    /// <summary>Whether a text means a monitor, right or wrong, and not a device or anything else.</summary>
    public static bool Looks(string text) => text.StartsWith(QmpScheme, StringComparison.Ordinal);

    /// <summary>Reads an address. Whether anything is there is not looked at.</summary>
    /// <param name="text">The text, such as <c>qmp:/run/vm1.qmp</c>.</param>
    /// <param name="address">The address, if the text is one.</param>
    /// <param name="problem">One sentence that says what is wrong, if it is not.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out HypervisorAddress? address, [NotNullWhen(false)] out string? problem)
    {
        address = null;
        if (!Looks(text))
        {
            problem = $"'{text}' is not the address of a hypervisor: write qmp:PATH, with the socket of QEMU's -qmp unix:PATH,server=on.";
            return false;
        }

        var path = text[QmpScheme.Length..];
        problem = SocketPaths.Problem(path, text);
        if (problem is null)
        {
            path = System.IO.Path.GetFullPath(path);
            problem = SocketPaths.Problem(path, text);
            address = problem is null ? new HypervisorAddress(path) : null;
        }

        return problem is null && address is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => QmpScheme + Path;
}
