using System.Diagnostics;

namespace Planner.Lab;

/// <summary>
/// QEMU, its libraries and a kernel, unpacked in <c>${XDG_CACHE_HOME:-$HOME/.cache}/planner-lab</c>. The script <c>fetch</c> fills it from the
/// Debian mirror that the host uses; the system itself is not changed.
/// </summary>
/// <param name="Tree">The folder of the unpacked packages of QEMU.</param>
/// <param name="Kernel">The file of the guest's kernel.</param>
/// <param name="Cache">The lab's cache folder.</param>
public sealed record LabPackages(string Tree, string Kernel, string Cache)
{
    /// <summary>The version as the script and the command line call it: <c>10.0</c> or <c>11.1</c>.</summary>
    /// <param name="version">A version.</param>
    public static string Name(QemuVersion version) => version == QemuVersion.V11 ? "11.1" : "10.0";

    /// <summary>Where what the lab is built from lies: the script and the guest's source.</summary>
    /// <param name="name">The name of the file.</param>
    public static string Ingredient(string name) => Path.Combine(AppContext.BaseDirectory, "lab", name);

    /// <summary>Fetches what is not there yet. Takes about 15 s and 60 MB of network the first time, and milliseconds from then on.</summary>
    /// <param name="version">Which QEMU.</param>
    /// <param name="cancel">Stops it; what was downloaded is used the next time.</param>
    /// <exception cref="LabException">There is no network, no Debian, or a signature was wrong.</exception>
    public static Task<LabPackages> FetchAsync(QemuVersion version, CancellationToken cancel = default) => FetchAsync(Name(version), cancel);

    /// <summary>The same with libvirt's daemon beside QEMU; its library for other programs is in the folder <c>client</c> of the tree's name.</summary>
    /// <param name="cancel">Stops it; what was downloaded is used the next time.</param>
    /// <exception cref="LabException">There is no network, no Debian, or a signature was wrong.</exception>
    public static Task<LabPackages> FetchLibvirtAsync(CancellationToken cancel = default) => FetchAsync("libvirt", cancel);

    private static async Task<LabPackages> FetchAsync(string what, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Ingredient("fetch"));
        start.ArgumentList.Add(what);
        var lines = (await Command.RunAsync(start, cancel).ConfigureAwait(false)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return new LabPackages(lines[^2], Path.Combine(lines[^1], "vmlinuz"), Path.GetDirectoryName(lines[^2])!);
    }

    /// <summary>The command that starts QEMU by the loader and the libraries that it came with.</summary>
    public IReadOnlyList<string> QemuCommand()
    {
        var libraries = Path.Combine(Tree, "usr/lib/x86_64-linux-gnu");
        return
        [
            Path.Combine(libraries, "ld-linux-x86-64.so.2"), "--library-path", libraries, Path.Combine(Tree, "usr/bin/qemu-system-x86_64"),
            "-L", Path.Combine(Tree, "usr/share/qemu"), "-L", Path.Combine(Tree, "usr/share/seabios"),
        ];
    }

    /// <summary>Where QEMU finds its own modules; through a loader it does not know where it is itself.</summary>
    public string ModuleFolder => Path.Combine(Tree, "usr/lib/x86_64-linux-gnu/qemu");
}
