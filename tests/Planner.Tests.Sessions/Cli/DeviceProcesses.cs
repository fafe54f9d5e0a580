using System.Diagnostics;

namespace Planner.Tests.Cli;

/// <summary>Simulated devices behind sockets, each in a process of its own (<c>planner device</c>), in a folder of their own.</summary>
internal sealed class DeviceProcesses : IDisposable
{
    private static readonly TimeSpan HangGuard = TimeSpan.FromSeconds(60);
    private readonly Dictionary<string, Process> _processes = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pl-");

    /// <summary>A folder for stores and journals.</summary>
    public string StateHome => _folder.FullName;

    /// <summary>A file name in the folder.</summary>
    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Writes a file into the folder.</summary>
    public string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    /// <summary>Stops the process behind a socket for a while, as SIGSTOP does, or lets it go on.</summary>
    public void Freeze(string name, bool isFrozen = true) => PlannerProcess.Signal(_processes[PathOf(name)], isFrozen ? PlannerProcess.Stop : PlannerProcess.Continue);

    /// <summary>Starts a device and waits until its socket is there.</summary>
    /// <returns>Its address.</returns>
    public async Task<string> StartAsync(string profile, string name, int seed, CancellationToken cancel, string behaviour = "tolerant")
    {
        var socket = PathOf(name);
        var process = PlannerProcess.Start(["device", profile, "--listen", socket, "--seed", seed.ToString(), "--behaviour", behaviour]);
        _processes[socket] = process;
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        guard.CancelAfter(HangGuard);
        var line = await process.StandardOutput.ReadLineAsync(guard.Token);
        return line?.Contains("listens on", StringComparison.Ordinal) == true
            ? $"vfio-user:{socket}"
            : throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(guard.Token));
    }

    public void Dispose()
    {
        foreach (var process in _processes.Values)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        _folder.Delete(recursive: true);
    }
}
