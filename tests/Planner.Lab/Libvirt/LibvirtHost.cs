using System.Diagnostics;
using System.Globalization;

namespace Planner.Lab;

/// <summary>One host of the libvirt lab: a daemon in namespaces of its own, whose socket is reached from outside of them.</summary>
public sealed class LibvirtHost : IDisposable
{
    private static readonly TimeSpan UpLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly string _folder;
    private readonly Process _namespaces;
    private readonly List<Process> _daemons = [];
    private int _inner;

    private LibvirtHost(string name, string address, string folder, Process namespaces) =>
        (Name, NetworkAddress, _folder, _namespaces) = (name, address, folder, namespaces);

    /// <summary>The host's name in the lab, such as <c>a</c>.</summary>
    public string Name { get; }

    /// <summary>Its address on the link, such as <c>10.99.0.1</c>.</summary>
    public string NetworkAddress { get; }

    /// <summary>The daemon as a program on this host reaches it.</summary>
    public string Uri => $"qemu+unix:///system?socket={Socket}";

    /// <summary>The daemon as the other host's daemon reaches it.</summary>
    public string PeerUri => $"qemu+tcp://{NetworkAddress}/system";

    /// <summary>The first process of its namespaces, seen from here.</summary>
    internal int InnerProcess => _inner;

    private string Socket => Path.Combine(_folder, "run/libvirt-sock");

    /// <summary>Makes a host and starts its daemon; takes about 3 s.</summary>
    /// <param name="packages">Libvirt and its tree.</param>
    /// <param name="folder">The lab's folder, with the guest's kernel and image in <c>share</c>.</param>
    /// <param name="name">Its name.</param>
    /// <param name="address">Its address on the link.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="LabException">It did not come up: it needs root.</exception>
    internal static async Task<LibvirtHost> StartAsync(LabPackages packages, string folder, string name, string address, CancellationToken cancel)
    {
        var own = Path.Combine(folder, name);
        Directory.CreateDirectory(own);
        var log = Path.Combine(own, "host.log");
        var process = ProcessLauncher.Start(["bash", LabPackages.Ingredient("host"), packages.Tree, own, name, address, Path.Combine(folder, "share")], log, []);
        var host = new LibvirtHost(name, address, own, process);
        try
        {
            await UntilAsync(() => File.Exists(log) && File.ReadAllText(log).Contains("ready", StringComparison.Ordinal), () => $"The host {name} did not come up, as root it should: {File.ReadAllText(log).Trim()}", process, cancel).ConfigureAwait(false);
            host._inner = int.Parse(File.ReadAllText($"/proc/{process.Id}/task/{process.Id}/children").Split(' ')[0], CultureInfo.InvariantCulture);
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <summary>Starts the daemon, also after it was killed, and waits until it answers.</summary>
    public async Task StartDaemonAsync(CancellationToken cancel = default)
    {
        File.Delete(Socket);
        var log = Path.Combine(_folder, $"daemon{_daemons.Count}.log");
        var daemon = ProcessLauncher.Start([.. Enter(), "/usr/sbin/libvirtd", "--listen"], log, []);
        _daemons.Add(daemon);
        await UntilAsync(() => SocketProbe.Listens(Socket), () => $"The daemon of {Name} did not come up: {File.ReadAllText(log).Trim()}", daemon, cancel).ConfigureAwait(false);
        await VirshAsync(["version"], cancel).ConfigureAwait(false);
    }

    /// <summary>Runs virsh inside, on the host's own daemon.</summary>
    /// <exception cref="LabException">It failed.</exception>
    public Task<string> VirshAsync(IReadOnlyList<string> arguments, CancellationToken cancel = default) => RunAsync(["virsh", "--quiet", .. arguments], cancel);

    /// <summary>Runs a command inside.</summary>
    /// <exception cref="LabException">It failed.</exception>
    public Task<string> RunAsync(IReadOnlyList<string> command, CancellationToken cancel = default)
    {
        string[] all = [.. Enter(), .. command];
        return Command.RunAsync(new ProcessStartInfo(all[0], all[1..]) { RedirectStandardOutput = true, RedirectStandardError = true }, cancel);
    }

    /// <summary>What libvirt says of a domain, such as <c>running</c>; null if there is none.</summary>
    public async Task<string?> StateAsync(string domain, CancellationToken cancel = default)
    {
        try
        {
            return (await VirshAsync(["domstate", domain], cancel).ConfigureAwait(false)).Trim();
        }
        catch (LabException e) when (e.Message.Contains("failed to get domain", StringComparison.Ordinal) || e.Message.Contains("Domain not found", StringComparison.Ordinal))
        {
            // The latter is said of one that went while it was asked about.
            return null;
        }
    }

    /// <summary>Where the guest of a domain is spoken with.</summary>
    public string ControlPath(string domain) => Path.Combine(_folder, "run", $"{domain}.ctl");

    /// <summary>Sends a signal to the daemon.</summary>
    /// <param name="signal">Such as <c>KILL</c>, <c>STOP</c> or <c>CONT</c>.</param>
    public void SignalDaemon(string signal) => Signal(signal, "/run/libvirtd.pid");

    /// <summary>Sends a signal to a domain's QEMU.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="signal">Such as <c>KILL</c>.</param>
    public void SignalQemu(string domain, string signal) => Signal(signal, $"/run/libvirt/qemu/{domain}.pid");

    /// <summary>Whether a domain's QEMU is there.</summary>
    public bool HasQemu(string domain) => File.Exists(Path.Combine(_folder, $"run/qemu/{domain}.pid"));

    /// <summary>The last lines of the daemon's log.</summary>
    public string LogTail => File.Exists(Path.Combine(_folder, "log/libvirtd.log")) ? string.Join('\n', File.ReadLines(Path.Combine(_folder, "log/libvirtd.log")).TakeLast(15)) : "";

    /// <summary>Ends everything that runs in it.</summary>
    public void Dispose()
    {
        foreach (var process in (Process[])[_namespaces, .. _daemons])
        {
            if (!process.HasExited)
            {
                process.Kill();
                process.WaitForExit();
            }

            process.Dispose();
        }
    }

    internal IEnumerable<string> Enter() => ["nsenter", "-t", $"{_inner}", "-m", "-u", "-n", "-p", "-r", "-w", "--", "env", "LC_ALL=C"];

    private void Signal(string signal, string pidFile)
    {
        // One process that is faster than any that has to be waited for.
        using var process = Process.Start(new ProcessStartInfo("nsenter", ["-t", $"{_inner}", "-m", "-p", "-r", "-w", "--", "bash", "-c", $"kill -{signal} $(< {pidFile})"]))!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new LabException($"No process of {pidFile} on the host {Name} could be sent {signal}.");
        }
    }

    private static async Task UntilAsync(Func<bool> isThere, Func<string> trouble, Process process, CancellationToken cancel)
    {
        var waited = Stopwatch.StartNew();
        while (!isThere())
        {
            if (process.HasExited || waited.Elapsed > UpLimit)
            {
                throw new LabException(trouble());
            }

            await Task.Delay(Poll, cancel).ConfigureAwait(false);
        }
    }
}
