using System.Diagnostics;

namespace Planner.KernelTests;

/// <summary>A QEMU in the lab's guest, with a monitor for the planner and one for the test.</summary>
internal sealed class NestedQemu : IDisposable
{
    private const string Root = "/qemu";
    private readonly Process _process;
    private readonly string _name;

    /// <summary>Starts it, and waits until its monitor answers.</summary>
    /// <param name="name">Its name, which its files have too.</param>
    /// <param name="version">Which QEMU, such as <c>10.0</c>.</param>
    /// <param name="setup">The machine.</param>
    /// <param name="isDestination">Whether it waits for a machine that migrates.</param>
    public NestedQemu(string name, string version, MachineSetup setup, bool isDestination)
    {
        _name = name;
        // By a shell, which puts what it says into a file.
        string[] command = ["-c", "exec \"$@\" > \"$0\" 2>&1", LogPath, .. Arguments(version, setup, isDestination)];
        _process = Process.Start(new ProcessStartInfo("/bin/sh", command))!;
        Monitor = null!;
        try
        {
            Monitor = QmpMonitor.Connect(TestSocket, () => !_process.HasExited);
        }
        catch (System.Net.Sockets.SocketException)
        {
            var log = Log;
            Dispose();
            throw new CheckFailedException($"QEMU {version} did not start as {name}: {log}");
        }
    }

    /// <summary>The versions that the image has, lowest first.</summary>
    public static IReadOnlyList<string> Versions { get; } = [.. Directory.GetDirectories(Root).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    /// <summary>The monitor that the planner takes.</summary>
    public string PlannerSocket => $"/tmp/{_name}.qmp";

    /// <summary>The other monitor.</summary>
    public QmpMonitor Monitor { get; }

    /// <summary>What it said on its standard streams.</summary>
    public string Log => File.Exists(LogPath) ? File.ReadAllText(LogPath).Trim() : "";

    /// <summary>Whether it has not ended.</summary>
    public bool IsAlive => !_process.HasExited;

    private string TestSocket => $"/tmp/{_name}.qmp2";

    private string LogPath => $"/tmp/{_name}.log";

    private string SerialPath => $"/tmp/{_name}.serial";

    /// <summary>Kills it: on a gentle exit it would walk the devices' arcs.</summary>
    public void Dispose()
    {
        Monitor?.Dispose();
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        foreach (var path in new[] { PlannerSocket, TestSocket, LogPath, SerialPath })
        {
            File.Delete(path);
        }
    }

    private IEnumerable<string> Arguments(string version, MachineSetup setup, bool isDestination)
    {
        var folder = $"{Root}/{version}";
        string[] machine =
        [
            $"{folder}/lib/ld-linux-x86-64.so.2", "--library-path", $"{folder}/lib", $"{folder}/qemu", "-L", $"{folder}/share", "-name", _name,
            "-accel", "tcg", "-machine", "pc,graphics=off", "-cpu", "qemu64", "-m", "64", "-smp", "1", "-nodefaults", "-no-user-config", "-display", "none", "-bios", "/rom.bin",
            "-serial", $"file:{SerialPath}", "-qmp", $"unix:{PlannerSocket},server=on,wait=off", "-qmp", $"unix:{TestSocket},server=on,wait=off",
            "-device", $"loader,addr=0x600,data={setup.PagesPerTick},data-len=4",
            "-device", $"loader,addr=0x604,data={setup.WorkingSetPages},data-len=4",
            "-device", "loader,addr=0x608,data=100,data-len=4",
        ];
        var (numbers, options) = isDestination ? (setup.Destination, setup.DestinationOptions) : (setup.Source, setup.SourceOptions);
        var devices = numbers.Select((number, i) => $"vfio-pci,id=dev{i},addr={5 + i},sysfsdev=/sys/bus/platform/devices/vfiolab.{number}{(options.Length > 0 ? "," : "")}{options}");
        string[] incoming = isDestination ? ["-incoming", "defer", .. setup.Waits ? new[] { "-S" } : []] : [];
        return [.. machine, .. devices.SelectMany(d => new[] { "-device", d }), .. incoming];
    }
}
