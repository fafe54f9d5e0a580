using System.Diagnostics;

namespace Planner.Lab;

/// <summary>A running QEMU with the lab's guest. It dies with this process, whatever happens to that.</summary>
public sealed class QemuProcess : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    private readonly Process _process;
    private readonly string _base;
    private int _disposed;

    private QemuProcess(Process process, string basePath) => (_process, _base) = (process, basePath);

    /// <summary>The monitor for the planner (QMP); a monitor serves one client at a time.</summary>
    public string QmpPath => _base + ".qmp";

    /// <summary>A second monitor (QMP), for who looks on.</summary>
    public string ObserverPath => _base + ".observer.qmp";

    /// <summary>The guest's port, for <see cref="LabGuest"/>.</summary>
    public string ControlPath => _base + ".ctl";

    /// <summary>What the guest's kernel printed.</summary>
    public string ConsolePath => _base + ".con";

    /// <summary>What QEMU printed.</summary>
    public string LogPath => _base + ".log";

    /// <summary>The identifier of the process.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts a machine and waits until its monitors can be connected to. The guest of a source boots from then on, for about 4 s.</summary>
    /// <param name="basePath">Where its files lie and how they begin: <c>/tmp/x/m0</c> gives <c>/tmp/x/m0.qmp</c> and so on.</param>
    /// <param name="options">How it is started.</param>
    /// <param name="destination">Whether it waits for a migration (<c>-incoming defer -S</c>) in place of booting.</param>
    /// <param name="cancel">Stops the waiting and kills it.</param>
    /// <exception cref="LabException">It ended at once; the message has its last words.</exception>
    public static async Task<QemuProcess> StartAsync(string basePath, QemuOptions options, bool destination, CancellationToken cancel = default)
    {
        var packages = await LabPackages.FetchAsync(options.Version, cancel).ConfigureAwait(false);
        var image = await GuestImage.BuildAsync(packages.Cache, cancel).ConfigureAwait(false);
        var process = ProcessLauncher.Start(
            [.. packages.QemuCommand(), .. Arguments(basePath, options, destination, packages.Kernel, image)],
            basePath + ".log",
            [new("QEMU_MODULE_DIR", packages.ModuleFolder)]);
        var machine = new QemuProcess(process, basePath);
        try
        {
            await machine.WaitForSocketsAsync(cancel).ConfigureAwait(false);
        }
        catch
        {
            machine.Dispose();
            throw;
        }

        return machine;
    }

    /// <summary>Waits until it ended by itself.</summary>
    /// <param name="cancel">Stops the waiting.</param>
    public Task WaitForExitAsync(CancellationToken cancel = default) => _process.WaitForExitAsync(cancel);

    /// <summary>Kills it at once, as <c>kill -9</c> does, and waits until it is gone.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit();
    }

    /// <summary>Kills it and removes its sockets. More than once does no harm.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        Kill();
        _process.Dispose();
        foreach (var socket in (string[])[QmpPath, ObserverPath, ControlPath])
        {
            File.Delete(socket);
        }
    }

    private static IEnumerable<string> Arguments(string basePath, QemuOptions options, bool destination, string kernel, string image) =>
    [
        "-nodefaults", "-no-user-config", "-display", "none", "-accel", "tcg",
        "-machine", options.Machine, "-cpu", options.Cpu, "-m", $"{options.MemoryMiB}M", "-smp", $"{options.Processors}",
        "-kernel", kernel, "-initrd", image,
        "-append", $"console=ttyS0 quiet mitigations=off nokaslr tsc=reliable panic=1 lab={options.Load}",
        "-chardev", $"file,id=con,path={basePath}.con", "-serial", "chardev:con",
        "-device", "virtio-serial-pci", "-chardev", $"socket,id=ctl,path={basePath}.ctl,server=on,wait=off", "-device", "virtserialport,chardev=ctl,name=lab",
        "-qmp", $"unix:{basePath}.qmp,server=on,wait=off", "-qmp", $"unix:{basePath}.observer.qmp,server=on,wait=off",
        .. destination ? (string[])["-incoming", "defer", "-S"] : [],
        .. options.Extra,
    ];

    // The sockets are bound in the order of the command line, and listened on before the guest runs; a client that comes too early is refused.
    private async Task WaitForSocketsAsync(CancellationToken cancel)
    {
        for (var begun = Stopwatch.StartNew(); !SocketProbe.Listens(ObserverPath); await Task.Delay(Poll, cancel).ConfigureAwait(false))
        {
            if (_process.HasExited)
            {
                throw new LabException($"QEMU ended at once: {(File.Exists(LogPath) ? (await File.ReadAllTextAsync(LogPath, cancel).ConfigureAwait(false)).Trim() : "it said nothing")}");
            }

            if (begun.Elapsed > StartLimit)
            {
                throw new LabException($"QEMU opened no monitor in {StartLimit.TotalSeconds:0} s.");
            }
        }
    }
}
