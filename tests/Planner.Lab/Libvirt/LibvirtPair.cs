using System.Globalization;

namespace Planner.Lab;

/// <summary>Two hosts with a libvirt daemon each, a link of limited rate between them, and a guest.</summary>
public sealed class LibvirtPair : IAsyncDisposable
{
    /// <summary>The name of the guest's domain.</summary>
    public const string Domain = "lab";

    private const string Interface = "lab0";
    private const string AddressOfA = "10.99.0.1";
    private const string AddressOfB = "10.99.0.2";

    private static readonly TimeSpan BootLimit = TimeSpan.FromSeconds(120);

    private readonly string _folder;
    private readonly LabPackages _packages;
    private readonly int _memoryMiB;

    private LibvirtPair(string folder, LabPackages packages, int memoryMiB) => (_folder, _packages, _memoryMiB) = (folder, packages, memoryMiB);

    /// <summary>The host on which guests are started.</summary>
    public LibvirtHost A { get; private set; } = null!;

    /// <summary>The other host.</summary>
    public LibvirtHost B { get; private set; } = null!;

    /// <summary>The folder with libvirt's library for programs outside of the hosts: it belongs into LD_LIBRARY_PATH.</summary>
    public string Libraries => $"{_packages.Tree}-client/usr/lib/x86_64-linux-gnu:{_packages.Tree}-client/lib/x86_64-linux-gnu";

    /// <summary>Fetches and builds what is missing and starts both hosts; about 6 s once cached. No guest is started.</summary>
    /// <param name="memoryMiB">The memory of guests.</param>
    /// <param name="linkMiBPerSecond">The rate of the link.</param>
    /// <param name="cancel">Stops it and cleans up.</param>
    /// <exception cref="LabException">Something is missing or does not start; it needs root.</exception>
    public static async Task<LibvirtPair> StartAsync(int memoryMiB = 256, double linkMiBPerSecond = 50, CancellationToken cancel = default)
    {
        if (Environment.UserName != "root")
        {
            throw new LabException("The libvirt lab makes namespaces and mounts, so it needs root: run it with sudo.");
        }

        var packages = await LabPackages.FetchLibvirtAsync(cancel).ConfigureAwait(false);
        var image = await GuestImage.BuildAsync(packages.Cache, cancel).ConfigureAwait(false);
        var folder = $"/tmp/lv-{Guid.NewGuid():N}"[..16];
        Directory.CreateDirectory(Path.Combine(folder, "share"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Copy(packages.Kernel, Path.Combine(folder, "share/vmlinuz"));
        File.Copy(image, Path.Combine(folder, "share/initrd.gz"));
        using (var certificates = new LabCertificates(Path.Combine(folder, "share")))
        {
            certificates.Make("tls", $"{AddressOfA},{AddressOfB}");
        }

        var pair = new LibvirtPair(folder, packages, memoryMiB);
        try
        {
            pair.A = await LibvirtHost.StartAsync(packages, folder, "a", AddressOfA, cancel).ConfigureAwait(false);
            pair.B = await LibvirtHost.StartAsync(packages, folder, "b", AddressOfB, cancel).ConfigureAwait(false);
            await pair.ConnectAsync(linkMiBPerSecond, cancel).ConfigureAwait(false);
            await Task.WhenAll(pair.A.StartDaemonAsync(cancel), pair.B.StartDaemonAsync(cancel)).ConfigureAwait(false);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts the guest on a host with a load, and waits until it runs there; about 5 s.</summary>
    /// <param name="host">The host.</param>
    /// <param name="load">What it writes, such as <c>ws_32,steady_5</c>.</param>
    /// <param name="cancel">Stops it.</param>
    public async Task<LabGuest> BootAsync(LibvirtHost host, string load, CancellationToken cancel = default)
    {
        var xml = (await File.ReadAllTextAsync(LabPackages.Ingredient("domain.xml"), cancel).ConfigureAwait(false))
            .Replace("NAME", Domain, StringComparison.Ordinal)
            .Replace("UUID", $"{Guid.NewGuid()}", StringComparison.Ordinal)
            .Replace("MEMORY", _memoryMiB.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(_folder, $"share/{Domain}.xml"), xml, cancel).ConfigureAwait(false);
        await host.VirshAsync(["create", $"/run/lab/{Domain}.xml"], cancel).ConfigureAwait(false);
        var guest = new LabGuest(host.ControlPath(Domain));
        await guest.WaitForHeartbeatAsync(BootLimit, cancel).ConfigureAwait(false);
        foreach (var command in load.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            await guest.CommandAsync(command.Replace('_', ' '), cancel).ConfigureAwait(false);
        }

        return guest;
    }

    /// <summary>Sets the rate of the link in both directions.</summary>
    public async Task ShapeAsync(double linkMiBPerSecond, CancellationToken cancel = default)
    {
        var rate = string.Create(CultureInfo.InvariantCulture, $"{linkMiBPerSecond * 1024 * 8:0}kibit");
        foreach (var host in (LibvirtHost[])[A, B])
        {
            await host.RunAsync(["tc", "qdisc", "replace", "dev", Interface, "root", "tbf", "rate", rate, "burst", "512kb", "latency", "100ms"], cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Cuts the link, or mends it.</summary>
    public Task CutAsync(bool isCut, CancellationToken cancel = default) => A.RunAsync(["ip", "link", "set", Interface, isCut ? "down" : "up"], cancel);

    /// <summary>Ends both hosts with all that runs in them, and removes the folder.</summary>
    public ValueTask DisposeAsync()
    {
        A?.Dispose();
        B?.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task ConnectAsync(double linkMiBPerSecond, CancellationToken cancel)
    {
        // The other end is given into the other host's namespace by a process that the first host cannot see, so it is made out here.
        var (a, b) = (A.InnerProcess, B.InnerProcess);
        await HereAsync(["nsenter", "-t", $"{a}", "-n", "--", $"{_packages.Tree}/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", "--library-path", $"{_packages.Tree}/usr/lib/x86_64-linux-gnu", $"{_packages.Tree}/usr/bin/ip",
            "link", "add", Interface, "type", "veth", "peer", "name", Interface, "netns", $"{b}"], cancel).ConfigureAwait(false);
        foreach (var host in (LibvirtHost[])[A, B])
        {
            await host.RunAsync(["ip", "link", "set", "lo", "up"], cancel).ConfigureAwait(false);
            await host.RunAsync(["ip", "address", "add", $"{host.NetworkAddress}/24", "dev", Interface], cancel).ConfigureAwait(false);
            await host.RunAsync(["ip", "link", "set", Interface, "up"], cancel).ConfigureAwait(false);
        }

        await ShapeAsync(linkMiBPerSecond, cancel).ConfigureAwait(false);
    }

    private static Task<string> HereAsync(string[] command, CancellationToken cancel) =>
        Command.RunAsync(new System.Diagnostics.ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true }, cancel);
}
