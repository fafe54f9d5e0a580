using System.Globalization;
using System.Text;

namespace Planner.Hypervisors;

/// <summary>Finds the machines that QEMU runs on this host, by what its processes were started with. No monitor is opened: it has room for one visitor.</summary>
public static class QemuProcesses
{
    // What is run with libraries of its own is run by the loader.
    private const string Loader = "ld-linux";
    private const string Processes = "/proc";
    private const string ManagedFolder = "/var/lib/libvirt/qemu/";

    /// <summary>Looks.</summary>
    /// <returns>The processes, and whether all of the host could be looked at.</returns>
    public static (IReadOnlyList<FoundQemu> Found, bool IsWhole) Find()
    {
        var found = new List<FoundQemu>();
        var isWhole = true;
        foreach (var folder in Directory.EnumerateDirectories(Processes))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                continue;
            }

            try
            {
                var arguments = Encoding.UTF8.GetString(File.ReadAllBytes($"{folder}/cmdline")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
                if (Read(id, arguments, path => Path.Combine(Directory.ResolveLinkTarget($"{folder}/cwd", returnFinalTarget: false)?.FullName ?? "/", path)) is { } machine)
                {
                    found.Add(machine);
                }
            }
            catch (Exception e) when (e is UnauthorizedAccessException or IOException)
            {
                // A process that is gone is none of them; one that may not be looked at may be.
                isWhole &= !Directory.Exists(folder) || e is not UnauthorizedAccessException;
            }
        }

        return ([.. found.OrderBy(m => m.Id)], isWhole);
    }

    /// <summary>Reads what a process was started with; null if it is none of QEMU's machines.</summary>
    /// <param name="id">The process.</param>
    /// <param name="arguments">Its arguments, the program first.</param>
    /// <param name="absolute">Makes a path absolute as the process has it.</param>
    internal static FoundQemu? Read(int id, IReadOnlyList<string> arguments, Func<string, string> absolute)
    {
        var first = arguments.TakeWhile(a => !IsQemu(a)).Count();
        if (first == arguments.Count || (first > 0 && !Path.GetFileName(arguments[0]).StartsWith(Loader, StringComparison.Ordinal)))
        {
            return null;
        }

        var (name, monitor, isWaiting, isManaged) = ("", (string?)null, false, false);
        var (sockets, controls) = (new Dictionary<string, string>(), new List<string>());
        for (var i = first + 1; i < arguments.Count; i++)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : "";
            isManaged |= arguments[i].Contains(ManagedFolder, StringComparison.Ordinal);
            switch (arguments[i].TrimStart('-'))
            {
                case "name":
                    name = Option(value, "guest") ?? value.Split(',')[0];
                    break;
                case "incoming":
                    isWaiting = true;
                    break;
                case "qmp" or "qmp-pretty" when value.StartsWith("unix:", StringComparison.Ordinal):
                    monitor ??= value["unix:".Length..].Split(',')[0];
                    break;
                case "chardev" when value.StartsWith("socket,", StringComparison.Ordinal) && Option(value, "id") is { } socket && Option(value, "path") is { } path:
                    sockets[socket] = path;
                    break;
                case "mon" when Option(value, "mode") == "control" && Option(value, "chardev") is { } chardev:
                    controls.Add(chardev);
                    break;
            }
        }

        monitor ??= controls.Select(sockets.GetValueOrDefault).FirstOrDefault(path => path is not null);
        var address = isManaged ? name.Length > 0 ? LibvirtDriver.AddressOf($"qemu:///system#{name}") : null
            : monitor is null ? null : QemuDriver.AddressOf(absolute(monitor));
        return new FoundQemu(id, name, address, isWaiting);
    }

    private static bool IsQemu(string program) => Path.GetFileName(program) is var name && (name.StartsWith("qemu-system-", StringComparison.Ordinal) || name is "qemu-kvm" or "kvm");

    private static string? Option(string value, string key) =>
        value.Split(',').FirstOrDefault(part => part.StartsWith($"{key}=", StringComparison.Ordinal)) is { } found ? found[(key.Length + 1)..] : null;
}
